"""The inner loop of every compiled ufunc, in LLVM's language, compiled once.

A formula's kernel computes whole vectors that lie one after another.  The loop hands it arrays of
that kind as they are, a scalar input as one vector that it reads again and again, and all else
through blocks of scratch memory, filled up with the first of their values: so every element goes
through the same arithmetic, wherever it stands.  The floating-point status is as it was before.
"""

from __future__ import annotations

BLOCK = 64  # elements of scratch memory for each operand: a multiple of every kernel's lanes

# `formula` points to: the kernel, the numbers of inputs, of operands and of lanes, the operands'
# sizes in bytes.  A kernel takes the number of vectors, the operands' addresses and the steps
# between their vectors.
LOOP = """\
define void @loop(ptr %args, ptr %dims, ptr %steps, ptr %formula) {
entry:
  %environment = alloca [32 x i8], align 16
  HOLD
  %n = load i64, ptr %dims
  %kernel = load ptr, ptr %formula
  %inputs.at = getelementptr i64, ptr %formula, i64 1
  %inputs = load i64, ptr %inputs.at
  %operands.at = getelementptr i64, ptr %formula, i64 2
  %operands = load i64, ptr %operands.at
  %lanes.at = getelementptr i64, ptr %formula, i64 3
  %lanes = load i64, ptr %lanes.at
  %sizes = getelementptr i64, ptr %formula, i64 4
  %bytes = mul i64 %operands, SCRATCH
  %scratch = alloca i8, i64 %bytes, align 64
  %pointers = alloca ptr, i64 %operands
  %strides = alloca i64, i64 %operands
  %empty = icmp eq i64 %n, 0
  br i1 %empty, label %exit, label %look

; which operands lie as the kernel wants them; a reduction feeds each result to the next element

look:
  %k = phi i64 [0, %entry], [%k.next, %look.end]
  %direct = phi i1 [true, %entry], [%direct.next, %look.end]
  %arg.at = getelementptr ptr, ptr %args, i64 %k
  %arg = load ptr, ptr %arg.at
  %step.at = getelementptr i64, ptr %steps, i64 %k
  %step = load i64, ptr %step.at
  %size.at = getelementptr i64, ptr %sizes, i64 %k
  %size = load i64, ptr %size.at
  %pointer.at = getelementptr ptr, ptr %pointers, i64 %k
  %stride.at = getelementptr i64, ptr %strides, i64 %k
  %whole = mul i64 %size, %lanes
  store ptr %arg, ptr %pointer.at
  store i64 %whole, ptr %stride.at
  %dense = icmp eq i64 %step, %size
  br i1 %dense, label %look.end, label %sparse
sparse:
  %still = icmp eq i64 %step, 0
  %is.input = icmp ult i64 %k, %inputs
  %scalar = and i1 %still, %is.input
  br i1 %scalar, label %spread, label %look.end
spread:
  %place = mul i64 %k, SCRATCH
  %vector = getelementptr i8, ptr %scratch, i64 %place
  call void @copy(ptr %vector, i64 %size, ptr %arg, i64 0, i64 %lanes, i64 %size)
  store ptr %vector, ptr %pointer.at
  store i64 0, ptr %stride.at
  br label %look.end
look.end:
  %fits = phi i1 [true, %look], [false, %sparse], [true, %spread]
  %direct.next = and i1 %direct, %fits
  %k.next = add i64 %k, 1
  %k.more = icmp ult i64 %k.next, %operands
  br i1 %k.more, label %look, label %order

order:
  %two = icmp eq i64 %inputs, 2
  %three = icmp eq i64 %operands, 3
  %binary = and i1 %two, %three
  br i1 %binary, label %reduction, label %choose
reduction:
  %first = load ptr, ptr %args
  %first.step = load i64, ptr %steps
  %last.at = getelementptr ptr, ptr %args, i64 2
  %last = load ptr, ptr %last.at
  %last.step.at = getelementptr i64, ptr %steps, i64 2
  %last.step = load i64, ptr %last.step.at
  %second = getelementptr i8, ptr %first, i64 %first.step
  %fed = icmp eq ptr %second, %last
  %stays = icmp eq i64 %last.step, 0
  %feeds = or i1 %fed, %stays
  %several = icmp ugt i64 %n, 1
  %in.order = and i1 %feeds, %several
  br label %choose
choose:
  %sequential = phi i1 [false, %order], [%in.order, %reduction]
  %chunk = select i1 %sequential, i64 1, i64 BLOCK
  %vectors = udiv i64 %n, %lanes
  %some = icmp ne i64 %vectors, 0
  %not.sequential = xor i1 %sequential, true
  %all.direct = and i1 %direct.next, %not.sequential
  %straight = and i1 %all.direct, %some
  br i1 %straight, label %run, label %rest
run:
  call void %kernel(i64 %vectors, ptr %pointers, ptr %strides)
  %ran = mul i64 %vectors, %lanes
  br label %rest

rest:
  %done = phi i64 [0, %choose], [%ran, %run], [%done.next, %chunk.end]
  %left = sub i64 %n, %done
  %finished = icmp sle i64 %left, 0
  br i1 %finished, label %exit, label %chunk.begin
chunk.begin:
  %short = icmp ult i64 %left, %chunk
  %m = select i1 %short, i64 %left, i64 %chunk
  %up = add i64 %m, %lanes
  %up.less = sub i64 %up, 1
  %blocks = udiv i64 %up.less, %lanes
  %full = mul i64 %blocks, %lanes
  br label %gather
gather:
  %g = phi i64 [0, %chunk.begin], [%g.next, %gather.end]
  %g.size.at = getelementptr i64, ptr %sizes, i64 %g
  %g.size = load i64, ptr %g.size.at
  %g.place = mul i64 %g, SCRATCH
  %g.to = getelementptr i8, ptr %scratch, i64 %g.place
  %g.pointer.at = getelementptr ptr, ptr %pointers, i64 %g
  store ptr %g.to, ptr %g.pointer.at
  %g.stride.at = getelementptr i64, ptr %strides, i64 %g
  %g.stride = mul i64 %g.size, %lanes
  store i64 %g.stride, ptr %g.stride.at
  %g.input = icmp ult i64 %g, %inputs
  br i1 %g.input, label %gather.copy, label %gather.end
gather.copy:
  %g.arg.at = getelementptr ptr, ptr %args, i64 %g
  %g.arg = load ptr, ptr %g.arg.at
  %g.step.at = getelementptr i64, ptr %steps, i64 %g
  %g.step = load i64, ptr %g.step.at
  %g.offset = mul i64 %done, %g.step
  %g.from = getelementptr i8, ptr %g.arg, i64 %g.offset
  call void @copy(ptr %g.to, i64 %g.size, ptr %g.from, i64 %g.step, i64 %m, i64 %g.size)
  %g.used = mul i64 %m, %g.size
  %g.padding = getelementptr i8, ptr %g.to, i64 %g.used
  %g.missing = sub i64 %full, %m
  call void @copy(ptr %g.padding, i64 %g.size, ptr %g.from, i64 0, i64 %g.missing, i64 %g.size)
  br label %gather.end
gather.end:
  %g.next = add i64 %g, 1
  %g.more = icmp ult i64 %g.next, %operands
  br i1 %g.more, label %gather, label %compute
compute:
  call void %kernel(i64 %blocks, ptr %pointers, ptr %strides)
  br label %scatter
scatter:
  %s = phi i64 [%inputs, %compute], [%s.next, %scatter]
  %s.size.at = getelementptr i64, ptr %sizes, i64 %s
  %s.size = load i64, ptr %s.size.at
  %s.place = mul i64 %s, SCRATCH
  %s.from = getelementptr i8, ptr %scratch, i64 %s.place
  %s.arg.at = getelementptr ptr, ptr %args, i64 %s
  %s.arg = load ptr, ptr %s.arg.at
  %s.step.at = getelementptr i64, ptr %steps, i64 %s
  %s.step = load i64, ptr %s.step.at
  %s.offset = mul i64 %done, %s.step
  %s.to = getelementptr i8, ptr %s.arg, i64 %s.offset
  call void @copy(ptr %s.to, i64 %s.step, ptr %s.from, i64 %s.size, i64 %m, i64 %s.size)
  %s.next = add i64 %s, 1
  %s.more = icmp ult i64 %s.next, %operands
  br i1 %s.more, label %scatter, label %chunk.end
chunk.end:
  %done.next = add i64 %done, %m
  br label %rest

exit:
  RESTORE
  ret void
}

define internal void @copy(ptr %to, i64 %to.step, ptr %from, i64 %from.step, i64 %n, i64 %size) {
  switch i64 %size, label %bytes [ i64 8, label %doubles  i64 4, label %floats ]
doubles:
  call void @copy.i64(ptr %to, i64 %to.step, ptr %from, i64 %from.step, i64 %n)
  ret void
floats:
  call void @copy.i32(ptr %to, i64 %to.step, ptr %from, i64 %from.step, i64 %n)
  ret void
bytes:
  call void @copy.i8(ptr %to, i64 %to.step, ptr %from, i64 %from.step, i64 %n)
  ret void
}
"""

COPY = """
define internal void @copy.TYPE(ptr %to, i64 %to.step, ptr %from, i64 %from.step, i64 %n) {
entry:
  %none = icmp eq i64 %n, 0
  br i1 %none, label %exit, label %body
body:
  %k = phi i64 [0, %entry], [%k.next, %body]
  %t = phi ptr [%to, %entry], [%t.next, %body]
  %f = phi ptr [%from, %entry], [%f.next, %body]
  %value = load TYPE, ptr %f
  store TYPE %value, ptr %t
  %t.next = getelementptr i8, ptr %t, i64 %to.step
  %f.next = getelementptr i8, ptr %f, i64 %from.step
  %k.next = add i64 %k, 1
  %more = icmp ult i64 %k.next, %n
  br i1 %more, label %body, label %exit
exit:
  ret void
}
"""

# How the status flags are held and put back: x86-64 keeps those of vectors in a register of its
# own; elsewhere the C library knows.
REGISTER = ("call void @llvm.x86.sse.stmxcsr(ptr %environment)",
            "call void @llvm.x86.sse.ldmxcsr(ptr %environment)")  # fmt: skip
STANDARD = ("call i32 @feholdexcept(ptr %environment)", "call i32 @fesetenv(ptr %environment)")
DECLARED = {
    REGISTER: "declare void @llvm.x86.sse.stmxcsr(ptr)\ndeclare void @llvm.x86.sse.ldmxcsr(ptr)\n",
    STANDARD: "declare i32 @feholdexcept(ptr)\ndeclare i32 @fesetenv(ptr)\n",
}


def source(standard: bool) -> str:
    """The loop's text; `standard` holds the whole floating-point state, on any machine."""
    guard = STANDARD if standard else REGISTER
    text = LOOP.replace("HOLD", guard[0]).replace("RESTORE", guard[1])
    text = text.replace("SCRATCH", str(8 * BLOCK)).replace("BLOCK", str(BLOCK))
    copies = [COPY.replace("TYPE", kind) for kind in ("i64", "i32", "i8")]
    return "".join([text, *copies, "\n", DECLARED[guard]])
