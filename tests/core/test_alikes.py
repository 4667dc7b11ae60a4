"""Which layers could share weights is known after every edit as if it were found out anew."""

from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from composer_gui.core.alikes import Alikes
from composer_gui.core.document import Call, Document, put
from composer_gui.core.edit_layers import same_kind
from composer_gui.core.layer_kinds import KerasLayer, Operation


def _layer(number, kind):
    if kind == 0:
        return Operation(f"l{number}", f"op_{number}", "Add")
    return KerasLayer(f"l{number}", f"dense_{number}", "Dense", Map(units=kind))


def _design(kinds):
    items = [_layer(number, kind) for number, kind in kinds.items()]
    calls = [Call(f"n{number}", f"l{number}") for number in kinds]
    return put(Document(next_number=100), *items, *calls).settled()


KINDS = st.dictionaries(st.integers(1, 12), st.integers(0, 3), max_size=12)


@settings(max_examples=200, deadline=None)
@given(KINDS, KINDS, st.integers(1, 4))
def test_followed_they_are_those_of_the_document(before, after, most):
    alikes = Alikes(_design(before))
    now = _design(after)
    differing = {
        f"l{number}"
        for number in before.keys() | after.keys()
        if before.get(number) != after.get(number)
    }
    alikes.follow(differing, now)
    for number in after:
        layer = now.layers[f"l{number}"]
        fitting = [
            now.layers[f"l{other}"]
            for other in sorted(after)
            if other != number and same_kind(now.layers[f"l{other}"], layer)
        ]
        assert alikes.others(layer, most) == fitting[:most]
