"""What is caught, explained and repaired of a corpus of wrong, odd and right designs.

Run: python tests/benchmarks/bench_corpus.py [--cases] (--cases prints one line for each case)
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from measure import ROOT, report

sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QCoreApplication

from composer_gui.engine.client import EngineClient
from tests.corpus import alone, cases, files, written
from tests.corpus.judging import Judge, unsaid


def main() -> None:
    """Judge every design, and apply every repair that is offered for the wrong and odd ones."""
    application = QCoreApplication.instance() or QCoreApplication([])
    engine = EngineClient(application)
    engine.start()
    judge = Judge(engine)
    with tempfile.TemporaryDirectory() as folder:
        models = files.make_models(Path(folder))
        figures = _measured(judge, models, say="--cases" in sys.argv)
    judge.close()
    engine.stop()
    report("corpus", **figures)


def _measured(judge, models, *, say):
    eager = cases.eager()
    counts, codes, broken = Counter(), Counter(), []
    for name in (*cases.WRONG, *cases.ODD):
        document = written.design(cases.ALL[name], models)
        judged = judge.judged(document)
        is_wrong = name in cases.WRONG
        kind = "wrong" if is_wrong else "odd"
        counts[kind] += 1
        counts[f"{kind}, Keras: {eager[name][0]}"] += 1
        caught = judged.errors if is_wrong else judged.problems
        counts[f"{kind} caught"] += bool(caught)
        counts[f"{kind} with a fix"] += any(judged.offers)
        counts["problems"] += len(judged.problems)
        left = [word for problem in judged.problems for word in unsaid(document, problem)]
        counts[f"{kind} fully said"] += bool(caught) and not left
        codes.update(problem.code for problem in judged.problems)
        offers = [offer for found in judged.offers for offer in found]
        counts["fixes offered"] += len(offers)
        for offer in offers:
            why = judge.left_by(document, offer)
            broken += [f"{name}: {why}"] if why else []
        if say:
            _say(name, kind, eager[name][0], judged, left)
    right = {name: written.design(text, models) for name, text in cases.RIGHT.items()}
    right |= alone.designs()
    alarms = []
    for name, document in right.items():
        found = judge.judged(document, repairs=False).problems
        alarms += [f"{name}: {problem.code}: {problem.message}" for problem in found]
    return {
        **dict(sorted(counts.items())),
        "fixes that broke their promise": broken,
        "right": len(right),
        "false alarms": alarms,
        "codes": dict(codes.most_common()),
    }


def _say(name, kind, does, judged, left):
    print(f"{kind} | {name} | Keras: {does}" + (f" | UNSAID {left}" if left else ""))
    for problem, offers in zip(judged.problems, judged.offers, strict=True):
        print(f"    {problem.severity} {problem.code}: {problem.message}")
        for offer in offers:
            print(f"        -> {offer.title}")
    if not judged.problems:
        print("    NOTHING SAID")


if __name__ == "__main__":
    main()
