"""The run that an address names, when the one who asks may see it."""

from starlette.requests import Request

from app.access.owner import owner_of
from app.runs.run import Run, parse_run_id
from app.runs.runs import missing_run
from app.web.parts import parts_of


async def asked_run(request: Request) -> Run:
    """The run of `{run}`; one NotFound for unknown, foreign and malformed ids, Gone when expired.

    Looking is following: a GET keeps a run from being cancelled because nobody follows it.
    """
    run = await find_run(request, str(request.path_params["run"]))
    if request.method == "GET":
        parts_of(request).runs.followed(run.id)
    return run


async def find_run(request: Request, text: str) -> Run:
    """The run of that id, not counted as followed."""
    run_id = parse_run_id(text)
    if run_id is None:
        raise missing_run()
    run = await parts_of(request).runs.get(run_id)
    if not owner_of(request).may_see(run):
        raise missing_run()
    return run
