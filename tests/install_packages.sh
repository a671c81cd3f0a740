#!/usr/bin/env bash
# Installs Debian's browsers and PostgreSQL for the tests, where apt-get may be used; says what is missing elsewhere.
set -euo pipefail

packages=(
    chromium chromium-driver        # Chromium
    firefox-esr                     # Firefox; its driver is in the lock file
    webkit2gtk-driver xvfb          # WebKit, which needs a display
    pgbouncer                       # a pooler, which has to be refused
    postgresql                      # a second version of the server, and psql as an oracle
    libreoffice-calc-nogui          # what a spreadsheet program takes our cells for (200 MB)
    fonts-noto-core fonts-noto-color-emoji  # difficult text on screenshots
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "This system has no apt-get: the tests that need ${missing[*]} are skipped." >&2
    exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo --non-interactive)
    if ! sudo --non-interactive true 2>/dev/null; then
        echo "apt-get may not be used here: the tests that need ${missing[*]} are skipped." >&2
        exit 0
    fi
fi

echo "Installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update --quiet=2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
