"""Gradients through a student's function: the graph stays on the student's side, a backward asks for its part."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch.autograd.function import once_differentiable

from course_utils.remote.student_errors import StudentProtocolError, student_error


class Client(Protocol):
    def request(self, op: str, args: Any = (), kwargs: Any = None, **fields: Any) -> Any: ...


def attach(client: Client, reply: dict, tensors: dict, inputs: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    """The reply's differentiable tensors by name, with the student's graph between them and `inputs`."""
    names = reply.get("outputs")
    if type(names) is not list or not all(type(name) is str and name in tensors for name in names):
        raise student_error(StudentProtocolError, "no valid answer", "it names tensors missing from the reply")
    outputs = [tensors[name] for name in names]
    if len(set(names)) < len(names) or not all(map(_has_gradients, outputs)):
        raise student_error(StudentProtocolError, "no valid answer", "it names tensors that can have no gradient")
    # The anchor keeps the graph alive where only the student's parameters need gradients.
    anchor = torch.zeros((), requires_grad=True)
    return dict(zip(names, _RemoteGraph.apply(client, reply["graph"], outputs, anchor, *inputs), strict=True))


def _has_gradients(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


class _RemoteGraph(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, client: Client, graph: int, outputs: list, anchor: torch.Tensor, *inputs: torch.Tensor
    ) -> tuple:
        ctx.client, ctx.graph, ctx.shapes = client, graph, [x.shape for x in inputs]
        ctx.set_materialize_grads(False)
        return tuple(output.detach().clone() for output in outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> tuple:
        answer = ctx.client.request("backward", list(gradients), graph=ctx.graph)
        if type(answer) is not list or len(answer) != len(ctx.shapes):
            raise student_error(StudentProtocolError, "no valid answer", "it has a wrong number of gradients")
        if not all(map(_fits, answer, ctx.shapes)):
            raise student_error(StudentProtocolError, "no valid answer", "a gradient has the wrong shape or type")
        return None, None, None, None, *answer


def _fits(gradient: Any, shape: torch.Size) -> bool:
    if gradient is None:
        return True
    return isinstance(gradient, torch.Tensor) and gradient.shape == shape and _has_gradients(gradient)
