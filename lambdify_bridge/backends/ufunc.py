"""A real `Program` as a `numpy.ufunc` of machine code, made by LLVM (extra `fast`: llvmlite).

Values are those of IEEE arithmetic in the program's order, without contraction; elementary
functions come from glibc's vector library where it has them, which promises 4 units in the last
place (3.9 is the most seen), and from SciPy one value at a time.  A value does not depend on where
in an array it stands.  Nothing warns.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

from lambdify_bridge.backends import special_functions, strided_loop, vector_math
from lambdify_bridge.backends.llvm import kernel
from lambdify_bridge.backends.llvm_instructions import BYTES, Machine
from lambdify_bridge.backends.registration import Loop, as_ufunc, check_operands
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program

CHARACTERS = {"double": "d", "float": "f", "bool": "?"}
SIZES = BYTES | {"bool": 1}
KINDS = ("float", "double")  # NumPy takes the first that holds the inputs


def source(program: Program) -> str:
    """The kernels in LLVM's language, for this machine's vectors of doubles and of floats.

    Raises ValueError for what has no compiled form.
    """
    return _Module(program).text


class _Module:
    """The text of both kernels, and what is known about them."""

    def __init__(self, program: Program) -> None:
        machine = host()
        self.kernels = {kind: kernel(program, machine, kind) for kind in KINDS}
        declared: dict[str, str] = {}
        parts = []
        for k, _ in self.kernels.values():
            parts += ["\n".join(k.lines)]
            parts += [k.defined[name] for name in sorted(k.defined)]
            declared |= k.declared
        self.declared = sorted(declared)
        parts.append("\n".join(declared[name] for name in self.declared))
        self.text = "\n\n".join(parts) + '\n!0 = !{!"branch_weights", i32 1000, i32 1}\n'

    def addresses(self) -> dict[str, int]:
        """Where the functions are that the kernels call."""
        known = {s: f for k, _ in self.kernels.values() for s, f in k.functions.items()}
        found: dict[str, int] = {}
        for symbol in self.declared:
            if symbol.startswith(special_functions.PREFIX):
                _, parameters, results, _ = known[symbol]
                found[symbol] = special_functions.address(symbol, parameters, results)
            elif address := vector_math.address(symbol):
                found[symbol] = address
        return found


@cache
def _llvm() -> Any:
    """llvmlite's binding, made ready for this machine."""
    llvm = extra("llvmlite.binding", "fast", "compiled ufuncs")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def host() -> Machine:
    """The widest vectors of this machine."""
    features = _llvm().get_host_cpu_features()
    if all(features.get(name) for name in ("avx512f", "avx512dq", "avx512bw", "avx512vl")):
        return Machine(512)
    return Machine(256 if features.get("avx2") else 128)


def _compiled(text: str) -> Any:
    """An engine that holds the machine code of a module."""
    llvm = _llvm()
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,
    )
    module = llvm.parse_assembly(text)
    engine = llvm.create_mcjit_compiler(module, target)
    engine.finalize_object()
    return engine


@cache
def _loop(standard: bool) -> tuple[Any, int]:
    """The inner loop's engine and address; `standard`: it calls what may use other registers."""
    engine = _compiled(strided_loop.source(standard or not vector_math.IS_X86))
    return engine, engine.get_function_address("loop")


def compiled(program: Program, name: str = "function", doc: str = "") -> CompiledUfunc:
    """The program as a ufunc of doubles and floats, of this name and docstring.

    Raises MissingExtra without llvmlite, ValueError for what has no compiled form: too many
    arguments or operations, complex constants, a function that only NumPy or SciPy has.
    """
    return CompiledUfunc(program, name, doc)


class CompiledUfunc:
    """A program as `ufunc`, a `numpy.ufunc`; `source` is its text."""

    def __init__(self, program: Program, name: str = "function", doc: str = "") -> None:
        check_operands(len(program.inputs), len(program.outputs))
        self.program, self.name, self.doc = program, name, doc
        module = _Module(program)
        self.source = module.text
        for symbol, address in module.addresses().items():
            _llvm().add_symbol(symbol, address)
        engine = _compiled(module.text)
        driver, address = _loop(any(k.functions for k, _ in module.kernels.values()))
        loops, records = [], []
        for kind, (k, results) in module.kernels.items():
            operands = [kind] * len(program.inputs) + results
            sizes = [SIZES[operand] for operand in operands]
            entry = engine.get_function_address(kind)
            record = (ctypes.c_int64 * (4 + len(sizes)))(
                entry, len(program.inputs), len(operands), k.lanes, *sizes
            )
            records.append(record)
            types = "".join(CHARACTERS[operand] for operand in operands)
            loops.append(Loop(address, ctypes.addressof(record), types))
        self.ufunc: np.ufunc = as_ufunc(
            loops, len(program.inputs), len(program.outputs), name, doc, (engine, driver, records)
        )

    def __call__(self, *values: Any, **options: Any) -> Any:
        return self.ufunc(*values, **options)

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledUfunc, (self.program, self.name, self.doc)
