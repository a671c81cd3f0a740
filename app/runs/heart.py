"""The heartbeat of a process: once a second it saves its runs and learns what is asked of them."""

import structlog

from app.errors import DatabaseLost, RowstreamError
from app.runs.clock import Clock
from app.runs.registry import Order, Registry
from app.runs.runs import Runs
from app.runs.space import used_up
from app.settings import Settings

BEAT_SECONDS = 1.0
FOLLOW_SECONDS = 5.0
SILENT_SECONDS = 10.0  # without a beat for this long other processes may take us for dead

log = structlog.get_logger()


class Heart:
    """Beats until it is cancelled. A failing beat is repeated; 10 s of them end the runs."""

    def __init__(self, runs: Runs, registry: Registry, *, settings: Settings, clock: Clock) -> None:
        self._runs = runs
        self._registry = registry
        self._settings = settings
        self._clock = clock
        self._beaten_at = clock.monotonic()
        self._followed_at = float("-inf")

    async def beat_for_ever(self) -> None:
        """Beat once a second."""
        while True:
            await self._clock.pause(BEAT_SECONDS)
            try:
                await self.beat()
            except RowstreamError as error:
                await self._missed(error)

    async def beat(self) -> None:
        """Save this process's runs, pass on who is followed, obey."""
        await self._say_followed()
        await self.save_ended()
        runs = [each.runner.run for each in self._runs.locals.values()]
        if living := [run for run in runs if not run.is_final]:
            for order in await self._registry.save(living):
                self._obey(order)
            await self._check_storage()
        self._beaten_at = self._clock.monotonic()

    async def save_ended(self) -> None:
        """Save the runs that ended while the registry was away."""
        ended = [each.runner.run for each in self._runs.locals.values() if each.task.done()]
        if ended:
            await self._runs.save(ended)

    async def catch_up(self) -> None:
        """Obey the cancels that were asked for while nobody listened."""
        for run in await self._registry.requested_cancels():
            self._runs.heard(run)

    async def _say_followed(self) -> None:
        now = self._clock.monotonic()
        # Twice within the grace at least, or runs that are followed would be ended.
        pause = min(FOLLOW_SECONDS, self._settings.follower_grace / 2)
        if now - self._followed_at < pause and not self._runs.seen:
            return
        seen = self._runs.take_seen()
        self._followed_at = now
        try:
            if seen:
                await self._registry.follow(seen)
        except RowstreamError:
            self._runs.seen |= seen  # to be said at the next beat
            raise

    def _obey(self, order: Order) -> None:
        local = self._runs.locals.get(order.run)
        if local is None:
            return
        if order.cancel_requested:
            local.runner.cancel("user")
        elif self._runs.is_followed(order.run):
            return  # and the registry does not know it yet
        elif order.unfollowed > self._settings.follower_grace:
            local.runner.cancel("follower_left")

    async def _check_storage(self) -> None:
        most = self._settings.backlog_bytes
        usage = await self._registry.usage_by_owner()
        for local in self._runs.locals.values():
            if error := used_up(usage, local.runner.run.owner, most=most):
                local.runner.interrupt(error)

    async def _missed(self, error: RowstreamError) -> None:
        log.warning("heartbeat_missed", code=error.code)
        if self._clock.monotonic() - self._beaten_at > SILENT_SECONDS:
            await self._runs.interrupt_all(DatabaseLost())
