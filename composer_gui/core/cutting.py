"""The stretch of a saved model between two of its layers, and what has to go into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from composer_gui.core.errors import EditRefused
from composer_gui.core.inside import (
    InnerCall,
    InnerTensor,
    Inside,
    NotOpenable,
    path_of,
    tensors_of,
)
from composer_gui.core.inside_ports import interface, short_name
from composer_gui.core.labels import Labels
from composer_gui.core.layer_kinds import Cut, SavedPort
from composer_gui.core.unfolding import Unfolded, models_on_the_way, unfolded

Key = tuple[str, int]
"""The part and the number of a call."""


def cut(inside: Inside, starts: Sequence[str], stops: Sequence[str]) -> Cut:
    """Return the stretch from the layers at `starts` to those at `stops`, both included.

    `starts` and `stops` are addresses, at whatever depth; without starts it begins at the model's
    inputs, without stops it ends at its outputs. What the stretch takes from layers outside of it,
    through skip connections as well, becomes its inputs; layers beside it that need nothing but
    what the first layers take belong to it. Raises EditRefused where one end does not come behind
    the other.
    """
    try:
        laid_out = unfolded(inside, models_on_the_way(inside, (*starts, *stops)).__contains__)
    except NotOpenable as error:
        raise EditRefused(str(error), error.next_step) from error
    graph = _Graph(laid_out)
    begin = [graph.found(address) for address in starts]
    end = [graph.found(address) for address in stops]
    behind = graph.behind(begin) if begin else None
    if not end:
        end = [t for t in laid_out.inside.outputs if behind is None or graph.is_in(t, behind)]
        if not end:
            raise _unreached(starts[0], "an output")
    before = graph.before(end)
    _refuse_apart(graph, begin, end, behind, before)
    stretch = before
    if behind is not None:
        stretch = before & (behind | graph.made_of(graph.taken_by_makers(begin)))
    taken = graph.taken_by(stretch)
    ended = [tensor for tensor in end if tensor.key in graph.inputs]
    if ended:
        raise EditRefused(
            f"{short_name(ended[0].part)} is an input: no layer lies between it and the end.",
            "Choose a layer behind it as the end.",
        )
    return Cut(_inputs(inside, laid_out, taken), _outputs(laid_out, end))


def paths_within(inside: Inside, stretch: Cut) -> frozenset[str]:
    """Return the paths of the parts that a cut leaves, of those on the levels of its ends."""
    addresses = [port.address for port in (*stretch.inputs, *stretch.outputs)]
    laid_out = unfolded(inside, models_on_the_way(inside, addresses).__contains__)
    graph = _Graph(laid_out)
    begin = {graph.found(port.address).key for port in stretch.inputs}
    calls = graph.before([graph.found(port.address) for port in stretch.outputs], begin)
    return frozenset(part for part, _ in calls)


def beginning(inside: Inside, stretch: Cut) -> tuple[str, ...]:
    """Return the addresses of the layers that a cut begins with: those that none of it feeds."""
    addresses = [port.address for port in (*stretch.inputs, *stretch.outputs)]
    laid_out = unfolded(inside, models_on_the_way(inside, addresses).__contains__)
    graph = _Graph(laid_out)
    given = [graph.found(port.address) for port in stretch.inputs]
    ends = [graph.found(port.address) for port in stretch.outputs]
    calls = graph.before(ends, {tensor.key for tensor in given})
    first = {key: InnerTensor(*key) for t in given for key in graph.takers(t) & calls}
    fed = {k for key, t in first.items() for k in graph.behind([t]) - {key}}
    return tuple(laid_out.address(first[key]) for key in sorted(first.keys() - fed))


def _refuse_apart(
    graph: _Graph,
    begin: list[InnerTensor],
    end: list[InnerTensor],
    behind: frozenset[Key] | None,
    before: frozenset[Key],
) -> None:
    for tensor in end:
        if behind is not None and not graph.is_in(tensor, behind):
            raise _unreached(begin[0].part, tensor.part)
    for tensor in begin:
        reached = graph.is_in(tensor, before) or graph.takers(tensor) & before
        if not reached:
            raise _unreached(tensor.part, end[0].part)


def _unreached(start: str, stop: str) -> EditRefused:
    return EditRefused(
        f"Nothing leads from {short_name(start)} to {short_name(stop)}.",
        "The end has to come behind the beginning; choose them the other way round.",
    )


def _inputs(inside: Inside, laid_out: Unfolded, taken: list[InnerTensor]) -> tuple[SavedPort, ...]:
    """Return the ports for tensors that go in: the model's own inputs first, by their names."""
    own = {t.key: port for t, port in zip(inside.inputs, interface(inside).inputs, strict=True)}
    first = [tensor for key in own for tensor in taken if tensor.key == key]
    rest = [tensor for tensor in taken if tensor.key not in own]
    labels = Labels(())
    return tuple(
        _port(laid_out, tensor, labels, own[tensor.key].name if tensor.key in own else "")
        for tensor in (*first, *rest)
    )


def _outputs(laid_out: Unfolded, end: Iterable[InnerTensor]) -> tuple[SavedPort, ...]:
    labels = Labels(())
    distinct = {tensor.key: tensor for tensor in end}
    return tuple(_port(laid_out, tensor, labels) for tensor in distinct.values())


def _port(laid_out: Unfolded, tensor: InnerTensor, labels: Labels, name: str = "") -> SavedPort:
    name = labels.unique(name or short_name(tensor.part))
    return SavedPort(name, tensor.shape, tensor.dtype, laid_out.address(tensor))


class _Graph:
    """Who takes from whom on one level."""

    def __init__(self, laid_out: Unfolded) -> None:
        self._laid_out = laid_out
        self._calls = {(call.part, call.number): call for call in laid_out.inside.calls}
        self._takers: dict[tuple[str, int, int], set[Key]] = {}
        self.inputs = {tensor.key for tensor in laid_out.inside.inputs}
        for key, call in self._calls.items():
            for tensor in tensors_of(call):
                self._takers.setdefault(tensor.key, set()).add(key)
        self._outputs: dict[Key, list[tuple[str, int, int]]] = {}
        for tensor in self._takers:
            self._outputs.setdefault(tensor[:2], []).append(tensor)

    def found(self, address: str) -> InnerTensor:
        """Return the tensor at an address; raises EditRefused where there is none."""
        tensor = self._laid_out.tensor(address)
        if tensor is None or not (tensor.key in self.inputs or tensor.key[:2] in self._calls):
            raise EditRefused(
                f"There is no {path_of(address)} in the saved model.",
                "Its file may have changed since it was added; add it again.",
            )
        return tensor

    def takers(self, tensor: InnerTensor) -> set[Key]:
        """Return the calls that take a tensor."""
        return self._takers.get(tensor.key, set())

    def is_in(self, tensor: InnerTensor, calls: frozenset[Key]) -> bool:
        """Return whether one of these calls makes a tensor."""
        return tensor.key[:2] in calls

    def behind(self, tensors: list[InnerTensor]) -> frozenset[Key]:
        """Return the calls that make these tensors and all behind them."""
        first: set[Key] = set()
        for tensor in tensors:
            made = tensor.key[:2]
            first |= {made} if made in self._calls else self.takers(tensor)
        return self._reached(first, self._followers)

    def before(
        self, tensors: list[InnerTensor], begin: Iterable[tuple[str, int, int]] = ()
    ) -> frozenset[Key]:
        """Return the calls that make these tensors and all before them, as far as `begin`."""
        begin = set(begin)
        first = {t.key[:2] for t in tensors if t.key[:2] in self._calls and t.key not in begin}

        def sources(key: Key) -> set[Key]:
            taken = (t.key for t in tensors_of(self._calls[key]))
            return {key[:2] for key in taken if key not in begin and key[:2] in self._calls}

        return self._reached(first, sources)

    def _followers(self, key: Key) -> set[Key]:
        return {taker for tensor in self._outputs.get(key, ()) for taker in self._takers[tensor]}

    def _reached(self, first: set[Key], following: Callable[[Key], set[Key]]) -> frozenset[Key]:
        reached, waiting = set(first), list(first)
        while waiting:
            for key in following(waiting.pop()):
                if key not in reached:
                    reached.add(key)
                    waiting.append(key)
        return frozenset(reached)

    def taken_by_makers(self, tensors: list[InnerTensor]) -> set[tuple[str, int, int]]:
        """Return what the calls that make these tensors take; of an input, the input itself."""
        taken: set[tuple[str, int, int]] = set()
        for tensor in tensors:
            call = self._calls.get(tensor.key[:2])
            taken |= {tensor.key} if call is None else {t.key for t in tensors_of(call)}
        return taken

    def made_of(self, given: set[tuple[str, int, int]]) -> frozenset[Key]:
        """Return the calls that need nothing but the tensors given and what comes of them."""
        found: set[Key] = set()
        for key, call in self._calls.items():
            taken = [tensor.key for tensor in tensors_of(call)]
            if taken and all(tensor in given or tensor[:2] in found for tensor in taken):
                found.add(key)
        return frozenset(found)

    def taken_by(self, stretch: frozenset[Key]) -> list[InnerTensor]:
        """Return what the calls of a stretch take from outside of it, each once, in their order."""
        taken: dict[tuple[str, int, int], InnerTensor] = {}
        calls: Iterable[InnerCall] = self._calls.values()
        for call in calls:
            if (call.part, call.number) in stretch:
                for tensor in tensors_of(call):
                    if tensor.key[:2] not in stretch:
                        taken.setdefault(tensor.key, tensor)
        return list(taken.values())
