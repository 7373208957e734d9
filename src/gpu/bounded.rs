//! An end for every loop of a shader that nobody has vouched for: each counts its turns and leaves after so many.
//!
//! WebGPU has no limit of its own, and a shader that does not end takes the device, in some browsers the whole system's,
//! with it. Counters are variables of their function, one a loop: what all loops shared would be as irregular as the
//! most irregular of them, and a barrier inside of another would then be refused.

use naga::{
    Arena, BinaryOperator, Block, Expression, Function, Handle, Literal, LocalVariable, Module, Range, Scalar, Span,
    Statement, Type, TypeInner,
};

/// Turns that a loop of one invocation takes in all, however often it is entered within one call of its function. No
/// kernel's own loop comes near it on the maps of these networks.
pub const TURNS: u32 = 1 << 16;

/// Bounds every loop of a valid module.
pub fn bound(module: &mut Module) {
    let ty = module.types.insert(Type { name: None, inner: TypeInner::Scalar(Scalar::U32) }, Span::UNDEFINED);
    let own = module.functions.iter_mut().map(|(_, function)| function);
    for function in own.chain(module.entry_points.iter_mut().map(|entry| &mut entry.function)) {
        let Function { body, local_variables, expressions, .. } = function;
        Counters { ty, locals: local_variables, expressions }.add(body);
    }
}

/// Where a function's counters go.
struct Counters<'a> {
    ty: Handle<Type>,
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
        let zero = self.literal(0);
        let name = Some("turns".to_owned());
        let counter = LocalVariable { name, ty: self.ty, init: Some(zero) };
        let counter = self.locals.append(counter, Span::UNDEFINED);
        let (one, most) = (self.literal(1), self.literal(TURNS));
        let pointer = self.expression(Expression::LocalVariable(counter));
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
