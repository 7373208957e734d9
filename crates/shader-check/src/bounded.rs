//! An end for every loop of a shader that nobody has vouched for: each counts its turns and leaves after so many.
//!
//! WebGPU has no limit of its own, and a shader that does not end takes the device, in some browsers the whole system's,
//! with it. Counters are variables of their function, one a loop, wherever invocations may wait for each other: what all
//! loops shared would be as irregular as the most irregular of them, and a barrier inside of another would then be refused.

use naga::{
    AddressSpace, Arena, BinaryOperator, Block, Expression, Function, GlobalVariable, Handle, Literal, LocalVariable,
    MemoryDecorations, Module, Range, Scalar, Span, Statement, Type, TypeInner,
};

/// Turns that a loop of one invocation takes in all, however often it is entered within one call of its function. No
/// kernel's own loop comes near it on the maps of these networks.
pub const TURNS: u32 = 1 << 16;

/// Bounds every loop of a valid module.
pub fn bound(module: &mut Module) {
    let ty = module.types.insert(Type { name: None, inner: TypeInner::Scalar(Scalar::U32) }, Span::UNDEFINED);
    let zero = module.global_expressions.append(Expression::Literal(Literal::U32(0)), Span::UNDEFINED);
    for (_, function) in module.functions.iter_mut() {
        // A function is called again and again: where it may, it goes on counting from call to call.
        let lasting = !waits(&function.body);
        let shared = lasting.then(|| {
            let counter = GlobalVariable {
                name: Some("turns".to_owned()),
                space: AddressSpace::Private,
                binding: None,
                ty,
                init: Some(zero),
                memory_decorations: MemoryDecorations::empty(),
            };
            module.global_variables.append(counter, Span::UNDEFINED)
        });
        let Function { body, local_variables: locals, expressions, .. } = function;
        Counters { ty, shared, locals, expressions }.add(body);
    }
    for entry in &mut module.entry_points {
        let Function { body, local_variables: locals, expressions, .. } = &mut entry.function;
        Counters { ty, shared: None, locals, expressions }.add(body);
    }
}

/// Whether invocations wait for each other in a block, or may do so in what it calls.
fn waits(block: &Block) -> bool {
    block.iter().any(|statement| match statement {
        Statement::Block(block) => waits(block),
        Statement::If { accept, reject, .. } => waits(accept) || waits(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| waits(&case.body)),
        Statement::Loop { body, continuing, .. } => waits(body) || waits(continuing),
        Statement::ControlBarrier(_)
        | Statement::MemoryBarrier(_)
        | Statement::WorkGroupUniformLoad { .. }
        | Statement::Call { .. } => true,
        _ => false,
    })
}

/// Where a function's counters go.
struct Counters<'a> {
    ty: Handle<Type>,
    /// The counter of all its loops, if they share one.
    shared: Option<Handle<GlobalVariable>>,
    locals: &'a mut Arena<LocalVariable>,
    expressions: &'a mut Arena<Expression>,
}

impl Counters<'_> {
    fn add(&mut self, block: &mut Block) {
        for (statement, _) in block.span_iter_mut() {
            match statement {
                Statement::Block(block) => self.add(block),
                Statement::If { accept, reject, .. } => {
                    self.add(accept);
                    self.add(reject);
                }
                Statement::Switch { cases, .. } => cases.iter_mut().for_each(|case| self.add(&mut case.body)),
                Statement::Loop { body, continuing, break_if } => {
                    self.add(body);
                    self.add(continuing);
                    *break_if = Some(self.count(continuing, *break_if));
                }
                _ => {}
            }
        }
    }

    /// Lets a loop's end count its turns; the condition that ends the loop from now on.
    fn count(&mut self, continuing: &mut Block, own: Option<Handle<Expression>>) -> Handle<Expression> {
        let counter = match self.shared {
            Some(shared) => Expression::GlobalVariable(shared),
            None => {
                let init = Some(self.literal(0));
                let counter = LocalVariable { name: Some("turns".to_owned()), ty: self.ty, init };
                Expression::LocalVariable(self.locals.append(counter, Span::UNDEFINED))
            }
        };
        let (one, most) = (self.literal(1), self.literal(TURNS));
        let pointer = self.expression(counter);
        let turns = self.expression(Expression::Load { pointer });
        let next = self.binary(BinaryOperator::Add, turns, one);
        let passed = self.binary(BinaryOperator::GreaterEqual, next, most);
        continuing.push(Statement::Emit(Range::new_from_bounds(turns, passed)), Span::UNDEFINED);
        continuing.push(Statement::Store { pointer, value: next }, Span::UNDEFINED);
        let Some(own) = own else { return passed };
        let either = self.binary(BinaryOperator::LogicalOr, own, passed);
        continuing.push(Statement::Emit(Range::new_from_bounds(either, either)), Span::UNDEFINED);
        either
    }

    fn literal(&mut self, number: u32) -> Handle<Expression> {
        self.expression(Expression::Literal(Literal::U32(number)))
    }

    fn binary(
        &mut self,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Handle<Expression> {
        self.expression(Expression::Binary { op, left, right })
    }

    fn expression(&mut self, expression: Expression) -> Handle<Expression> {
        self.expressions.append(expression, Span::UNDEFINED)
    }
}
