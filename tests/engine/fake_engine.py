"""Stands in for the engine: answers every request with the request itself, as it is told to.

The first argument names what it does badly; "job" after it makes it a job process.
"""

import json
import sys
import time


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer(request: dict, **more) -> None:
    """Send the request back as the detail of a problem of a node named after its revision."""
    problem = {"code": "request", "message": "", "detail": json.dumps(request)}
    verdict = {
        "kind": "fine",
        "outputs": [["output", [None, 3], "float32"]],
        "problems": [problem],
        "blocked_by": None,
        "parameters": 0,
        "trainable_parameters": 0,
    }
    verdicts = {f"n{request['revision']}": verdict}
    message = {"event": "analyzed", "verdicts": verdicts, **more}
    say(json.dumps(message | {key: request[key] for key in ("design", "revision")}))


def reconsider(request: dict, revision: int, **more) -> None:
    """Tell of a second look at a revision, with a verdict of a node named "second"."""
    outputs = [["output", [None, 9], "float32"]]
    verdict = {"kind": "fine", "outputs": outputs, "problems": [], "blocked_by": None}
    verdict |= {"parameters": 0, "trainable_parameters": 0}
    message = {"event": "reconsidered", "verdicts": {"second": verdict}, **more}
    say(json.dumps(message | {"design": request["design"], "revision": revision}))


def tell_trials(request: dict, **more) -> None:
    """Answer each trial with a problem whose detail is what was to be tried."""
    results = []
    for trial in request["trials"]:
        problem = {"code": "request", "message": "", "detail": json.dumps(trial)}
        results.append({"touched": {}, "gone": [], "found": [problem], "revealed": [0]})
    keys = ("design", "revision", "ticket")
    message = {"event": "tried", "results": results} | {key: request[key] for key in keys}
    say(json.dumps(message | more))


def rubbish() -> None:
    say("Epoch 1/10 not json at all")
    say("[1, 2, 3]")
    say('{"event": "unheard of"}')
    say('{"event": "analyzed"}')
    say('{"event": "analyzed", "design": 1, "revision": 99, "verdicts": {}}')
    say("\x00\xff")


def serve(manner: str) -> None:
    if manner == "dies_at_once":
        print("Illegal instruction, of all things", file=sys.stderr)
        sys.exit(4)
    say('{"event": "starting"}')
    say('{"event": "ready", "keras": "3.0", "tensorflow": "2.0"}')
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "quit":
            break
        if request["op"] == "analyze":
            react(manner, request)
        if request["op"] == "try_out":
            react_to_trials(manner, request)
        if request["op"] == "leave":
            say(json.dumps({"event": "left", "ticket": request["ticket"]}))
    while manner == "stays":
        time.sleep(1)


def react(manner: str, request: dict) -> None:
    if manner == "dies" or (manner == "dies_of_changes" and "change" in request):
        sys.exit(5)
    if manner == "hangs":
        return
    if manner == "rubbish":
        rubbish()
    if manner == "refuses_changes" and "change" in request:
        say(json.dumps({"event": "failed", "sentence": "No.", "next_step": ""}))
        return
    if manner == "refuses":
        say(json.dumps({"event": "failed", "sentence": "No.", "next_step": ""}))
        return
    if manner == "in_parts":
        answer(request | {"revision": request["revision"]}, part=True)
    if manner == "reconsiders_late" and request["revision"] == 2:
        reconsider(request, 1)
        reconsider(request | {"design": 99}, 2)
    answer(request)
    if manner == "reconsiders":
        reconsider(request, request["revision"], part=True)
        reconsider(request, request["revision"])


def react_to_trials(manner: str, request: dict) -> None:
    if manner == "dies_of_trials":
        sys.exit(6)
    if manner == "never_tries":
        return
    if manner == "tries_badly":
        tell_trials(request, results=[{"touched": 3}])
        return
    if manner == "tries_twice":
        tell_trials(request, ticket="x")
        tell_trials(request)
    tell_trials(request)


def work(manner: str) -> None:
    request = json.loads(sys.stdin.readline())
    if manner == "dies":
        print("out of memory", file=sys.stderr)
        sys.exit(9)
    say(json.dumps({"event": "progress", "text": "Half way", "part": 0.5}))
    if manner == "hangs":
        sys.stdin.read()
    if manner == "refuses":
        failed = {"sentence": "Line 3 failed.", "next_step": "Mend it.", "line": 3}
        say(json.dumps({"event": "failed", **failed}))
    else:
        say(json.dumps({"event": "done", "result": {"asked": request}}))
    while manner == "stays":
        time.sleep(1)


if __name__ == "__main__":
    (work if sys.argv[2:] == ["job"] else serve)(sys.argv[1])
