"""`LabTestCase`: a unittest.TestCase whose messages tell a student what was expected, what it got, where to look."""

from __future__ import annotations

import functools
import sys
import unittest
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, ParamSpec, TypeGuard

import torch

from course_utils.remote.client import RemoteObject
from course_utils.remote.codec import place_of
from course_utils.remote.proxies import student
from course_utils.remote.student_errors import StudentError, StudentTimeout
from course_utils.runtime import says_unfinished
from course_utils.seeds import derive_seed
from course_utils.testing.comparison import (
    NO_RETURN,
    UNCHECKABLE,
    Difference,
    WrongType,
    about_types,
    as_tensor,
    require_close,
    require_precision,
    show,
    show_types,
)
from course_utils.testing.inputs import Inputs
from course_utils.testing.wrong_kind import wrong_kind_of


@dataclass
class Session:
    """Who runs the tests: a notebook (seed 0), or the judge (a new seed for each submission).

    goes_on: a test goes on after a failed assertion, since its calls are recorded for a diagnosis. It gives no points.
    """

    seed: int = 0
    judged: bool = False
    goes_on: bool = False


session = Session()
Arguments = ParamSpec("Arguments")


def _assertion(method: Callable[Arguments, None]) -> Callable[Arguments, None]:
    @functools.wraps(method)
    def check(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            method(*args, **kwargs)
        except AssertionError as error:
            if not session.goes_on:
                raise _told(error, *args[1:2]) from None
            student._note_failure()

    return check


def _told(error: AssertionError, got: Any = None) -> AssertionError:
    """For a value of a wrong type that the student's function returned: an error that names the function, too.

    None in a part of what it returned is no forgotten `return`.
    """
    if not isinstance(error, WrongType):
        return error
    if message := wrong_kind_of(got):
        hints = (line for line in str(error).splitlines() if line.startswith("hint:"))
        return WrongType.saying("\n".join([message, *hints]))
    returned = student._returned()
    if got is None and returned is not None and returned[1] is not None:
        return WrongType.saying(str(error).replace(NO_RETURN, "None"))
    return error


def is_untouched(error: BaseException) -> TypeGuard[StudentError]:
    """Whether the student's code raised the NotImplementedError of an exercise that has not been started."""
    if not isinstance(error, StudentError) or error.student_type != "NotImplementedError":
        return False
    return says_unfinished(error.student_text)


class LabTestCase(Inputs, unittest.TestCase):
    """Base class of every test case in a lab; see `Inputs` for its random values."""

    longMessage = True
    _defined_in: ClassVar[str]  # the file name of the cell, by which run_tests finds the class

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._defined_in = sys._getframe(1).f_code.co_filename

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        seed = derive_seed(session.seed, type(self).__name__, self._testMethodName)
        self.generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        student._start_test(f"{type(self).__name__}.{self._testMethodName}", seed)
        try:
            return super().run(result)
        finally:
            student._vary_calls(seed)
            student._release()

    def _formatMessage(self, msg: Any, standardMsg: str) -> str:
        """unittest's, with the test's own words first."""
        if msg is None or standardMsg == "unexpectedly None":
            return msg or standardMsg
        return f"{msg} ({standardMsg})"

    @_assertion
    def assertTrue(self, expr: Any, msg: Any = None) -> None:
        """Like unittest's, but a message `msg` replaces "False is not true"."""
        self._require(bool(expr), "True", expr, msg)

    @_assertion
    def assertFalse(self, expr: Any, msg: Any = None) -> None:
        """Like unittest's, but a message `msg` replaces "True is not false"."""
        self._require(not expr, "False", expr, msg)

    @_assertion
    def assertIsInstance(self, obj: Any, cls: Any, msg: Any = None) -> None:
        """Like unittest's, but a message `msg` stands alone, and None is reported as a missing `return`.

        An object of the student's is named by its own type: here, on the test's side, only a stand-in for it exists.
        What the student's function returned is named by what its docstring promises, if a lab's file knows that.
        """
        if isinstance(obj, cls):
            return
        if msg is not None and obj is not None and not isinstance(obj, RemoteObject):
            raise WrongType.saying(msg)
        types = cls if isinstance(cls, tuple) else (cls,)
        names = [each.__name__ if isinstance(each, type) else str(each) for each in types]  # `int | float` has no name
        raise WrongType("a value of type " + " or ".join(names), show(obj))

    def _require(self, holds: bool, expected: str, got: Any, msg: Any) -> None:
        if not holds:
            raise Difference(expected, show(got)) if msg is None else self.failureException(msg)

    @_assertion
    def assert_close(
        self,
        got: Any,
        expected: Any,
        rtol: float | None = None,
        atol: float | None = None,
        hint: str | None = None,
        check_dtype: bool = False,
    ) -> None:
        """Equal up to rounding: tensors by shape and value, numbers, and lists, tuples and dicts of them.

        Default tolerances follow the dtype of `expected`; integers must be equal. A less precise dtype is a difference.
        """
        require_close(got, expected, rtol, atol, hint, check_dtype)

    @_assertion
    def assert_equal_values(self, got: Any, expected: Any, hint: str | None = None) -> None:
        """Assert exact equality and the same type; for tensors also the same shape and dtype."""
        if isinstance(expected, torch.Tensor):
            require_close(got, expected, 0, 0, hint, True)
        elif type(got) is not type(expected):
            raise WrongType(*show_types(expected, got), hint=about_types(hint))
        elif got != expected:
            raise Difference(show(expected), show(got), hint=hint)

    @_assertion
    def assert_shape(self, got: Any, shape: Sequence[int], hint: str | None = None) -> None:
        """Assert that `got` is a tensor of this shape; the shape of a scalar is ()."""
        if not isinstance(got, torch.Tensor):
            raise WrongType(f"a tensor of shape {tuple(shape)}", show(got), hint=about_types(hint))
        if tuple(got.shape) != tuple(shape):
            raise Difference(f"shape {tuple(shape)}", f"shape {tuple(got.shape)}", hint=hint)

    @_assertion
    def assert_dtype(self, got: Any, dtype: torch.dtype, hint: str | None = None) -> None:
        """Assert that `got` is a tensor of exactly this dtype."""
        if not isinstance(got, torch.Tensor):
            raise WrongType(f"a tensor of dtype {dtype}", show(got), hint=about_types(hint))
        if got.dtype != dtype:
            raise Difference(f"a tensor of dtype {dtype}", show(got), hint=hint)

    @_assertion
    def assert_finite(self, got: Any, hint: str | None = None) -> None:
        """Assert that no value is NaN or infinite, in a tensor, a number or a list of them; counts those that are."""
        if isinstance(got, list | tuple):
            for value in got:
                self.assert_finite(value, hint)
            return
        tensor = as_tensor(got)
        if tensor is None:
            raise WrongType("a tensor or a number", show(got), hint=about_types(hint))
        bad = int((~torch.isfinite(tensor)).sum())
        if bad:
            raise Difference("finite values", f"{bad} of {tensor.numel()} values are NaN or infinite", hint=hint)

    @_assertion
    def assert_same_storage(self, function_name: str, *args: Any, hint: str | None = None) -> None:
        """Assert that the student's function returns a view of its first argument, not a copy."""

        def shares_storage(student: object, name: str, *args: torch.Tensor) -> bool:
            result = getattr(student, name)(*args)
            return result.untyped_storage().data_ptr() == args[0].untyped_storage().data_ptr()

        if student.run(shares_storage, function_name, *args) is not True:
            raise Difference("a view of the input (the same storage)", "a copy (its own storage)", hint=hint)

    @staticmethod
    def device_of(result: torch.Tensor) -> str:
        """The type of device on which the student's code had this tensor, such as "cpu" or "cuda"."""
        return place_of(result)

    def torch_calls(self, function_name: str, *args: Any) -> list[str]:
        """The names of the torch functions that the student's function calls, in order; for each operation, one."""

        def record_calls(student: object, name: str, *args: object) -> list[str]:
            calls: list[str] = []

            class Recorder(torch.overrides.TorchFunctionMode):
                def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
                    calls.append(function.__name__)
                    return function(*args, **(kwargs or {}))

            with Recorder():
                getattr(student, name)(*args)
            return calls

        return list(student.run(record_calls, function_name, *args))

    @_assertion
    def assert_gradients_reach(self, result: Any, *inputs: Any, hint: str | None = None) -> None:
        """Assert that each of these tensors gets a finite gradient other than 0, given a random upstream gradient."""
        self._require_graph(result, hint)
        result.backward(self.randn(*result.shape, dtype=result.dtype))
        for number, tensor in enumerate(inputs, start=1):
            gradient = tensor.grad
            if gradient is None or not bool(gradient.any()):
                where = f"tensor {number} of {len(inputs)}" if len(inputs) > 1 else ""
                raise Difference("a gradient other than 0", "no gradient: the graph is cut", where, hint)
            self.assert_finite(gradient, hint or "these are values of the gradient")

    @staticmethod
    def _require_graph(result: Any, hint: str | None) -> None:
        if not isinstance(result, torch.Tensor):
            raise WrongType("a tensor", show(result), hint=about_types(hint))
        if not result.requires_grad:
            raise Difference("a result that gradients flow through", "a result without a graph (detached?)", hint=hint)

    @_assertion
    def assert_gradient(
        self,
        function: Callable,
        *inputs: Any,
        expected_function: Callable,
        rtol: float | None = None,
        atol: float | None = None,
        hint: str | None = None,
    ) -> None:
        """Assert that both functions have the same gradients for all floating inputs, given a random upstream gradient.

        The upstream gradient has the result's shape. Tolerances are those of `assert_close`.
        """
        mine, right = self._leaves(inputs), self._leaves(inputs)
        result, expected = function(*mine), expected_function(*right)
        self.assert_shape(result, expected.shape, hint)
        require_precision(result, expected.dtype, hint)
        self._require_graph(result, hint)
        upstream = self.randn(*expected.shape, dtype=expected.dtype)
        result.backward(upstream.to(result.dtype))
        expected.backward(upstream)
        for number, (got, want) in enumerate(zip(mine, right, strict=True), start=1):
            if isinstance(want, torch.Tensor) and want.requires_grad:
                self._compare_gradient(number, got.grad, want.grad, rtol, atol, hint)

    def _compare_gradient(self, number: int, got: Any, want: Any, rtol: Any, atol: Any, hint: str | None) -> None:
        if got is None and want is not None and bool(want.any()):
            raise Difference(
                f"a gradient to argument {number}", "no gradient: this argument is cut off from the graph", hint=hint
            )
        if want is not None and got is not None:
            require_close(got, want, rtol, atol, hint, False, f"gradient to argument {number} ")

    @staticmethod
    def _leaves(inputs: Sequence[Any]) -> list[Any]:
        return [
            value.detach().clone().requires_grad_(True)
            if isinstance(value, torch.Tensor) and value.is_floating_point()
            else value
            for value in inputs
        ]

    @_assertion
    def assert_raises(
        self, exception: type[Exception], function: Callable, *args: Any, hint: str | None = None, **kwargs: Any
    ) -> None:
        """Assert that function(*args, **kwargs) raises this built-in exception, or one derived from it."""
        try:
            result = function(*args, **kwargs)
        except StudentTimeout:
            raise
        except exception as error:
            if isinstance(
                error, NotImplementedError
            ):  # an unfinished exercise, even where its base RuntimeError is expected
                raise
            return
        except StudentError as error:
            if is_untouched(error):
                raise
            got = f"no error: it returned {UNCHECKABLE}: {error.student_text}" if error.cannot_be_sent else error.what
            raise Difference(exception.__name__, got, error.where, hint) from None
        if getattr(result, "type_name", None) == exception.__name__:
            hint = f"`raise` the {exception.__name__}; `return` does not raise it"
        raise Difference(exception.__name__, f"no error: it returned {show(result)}", hint=hint)
