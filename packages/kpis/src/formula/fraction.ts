/**
 * A formula as one fraction of two integer expressions. It is what both the evaluation in BigInt and the SQL are made from, so that
 * numerators and denominators cannot drift apart.
 */
import type { Ast, Formula } from './parse.ts';

export type IntExpression =
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'measure'; readonly id: string }
  | { readonly type: 'binary'; readonly operator: '+' | '-' | '*'; readonly left: IntExpression; readonly right: IntExpression };

/**
 * Holds    nothing is reduced: lost / start comes out as lost over start, so 1/4 stays 1/4 and 2/8 stays 2/8;
 *          the value is undefined when any divisor is 0, also one that the denominator does not show: a / (b / c) with c = 0
 */
export interface Fraction {
  readonly root: 'plain' | 'sqrt';
  readonly numerator: IntExpression;
  readonly denominator: IntExpression;
  readonly divisors: readonly IntExpression[];
}

type Part = Omit<Fraction, 'root'>;

const one: IntExpression = { type: 'integer', value: 1n };

export function toFraction(formula: Formula): Fraction {
  return { root: formula.root, ...part(formula.body) };
}

function part(ast: Ast): Part {
  if (ast.type === 'measure') return { numerator: ast, denominator: one, divisors: [] };
  if (ast.type === 'number') return { numerator: integer(ast.digits), denominator: integer(ast.scale), divisors: [] };
  const left = part(ast.left);
  const right = part(ast.right);
  const divisors = [...left.divisors, ...right.divisors];
  if (ast.operator === '*') {
    return { numerator: times(left.numerator, right.numerator), denominator: times(left.denominator, right.denominator), divisors };
  }
  if (ast.operator === '/') {
    return {
      numerator: times(left.numerator, right.denominator),
      denominator: times(left.denominator, right.numerator),
      divisors: [...divisors, right.numerator],
    };
  }
  const { operator } = ast;
  if (same(left.denominator, right.denominator)) {
    const numerator: IntExpression = { type: 'binary', operator, left: left.numerator, right: right.numerator };
    return { numerator, denominator: left.denominator, divisors };
  }
  const numerator: IntExpression = {
    type: 'binary',
    operator,
    left: times(left.numerator, right.denominator),
    right: times(right.numerator, left.denominator),
  };
  return { numerator, denominator: times(left.denominator, right.denominator), divisors };
}

/** Ids of the measures that a formula names, each once, in order of first appearance. */
export function measureIdsIn(ast: Ast): string[] {
  if (ast.type === 'measure') return [ast.id];
  if (ast.type === 'number') return [];
  return [...new Set([...measureIdsIn(ast.left), ...measureIdsIn(ast.right)])];
}

function integer(value: bigint): IntExpression {
  return { type: 'integer', value };
}

function times(left: IntExpression, right: IntExpression): IntExpression {
  if (same(left, one)) return right;
  if (same(right, one)) return left;
  return { type: 'binary', operator: '*', left, right };
}

function same(left: IntExpression, right: IntExpression): boolean {
  if (left.type === 'integer') return right.type === 'integer' && left.value === right.value;
  if (left.type === 'measure') return right.type === 'measure' && left.id === right.id;
  return right.type === 'binary' && left.operator === right.operator && same(left.left, right.left) && same(left.right, right.right);
}
