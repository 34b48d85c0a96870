import { Expression, expressionNode, nodeOf, type Operand } from "./expression.ts";
import type { Expr } from "./nodes.ts";

/** `when(...).then(...)`: add further branches, end with `otherwise`, or use it as it is (else null). */
export class When<Value> extends Expression<Value | null> {
  private readonly branches: readonly { when: Expr; value: Expr }[];

  constructor(branches: readonly { when: Expr; value: Expr }[]) {
    super(caseOf(branches, nodeOf(null)));
    this.branches = branches;
  }

  /** Another branch, tried where none before it was true. */
  when(condition: Expression<boolean>): { then<Other>(value: Operand<Other>): When<Value | Other> } {
    return {
      then: (value) =>
        new When([
          ...this.branches,
          { when: expressionNode(condition, "the condition of when()"), value: nodeOf(value) },
        ]),
    };
  }

  /** The value where no branch was true. */
  otherwise<Other>(value: Operand<Other>): Expression<Value | Other> {
    return new Expression(caseOf(this.branches, nodeOf(value)));
  }
}

const caseOf = (branches: readonly { when: Expr; value: Expr }[], otherwise: Expr): Expr => ({
  kind: "case",
  branches,
  otherwise,
});

/**
 * A choice by condition.
 * @example when(col("amount").gt(100)).then("large").otherwise("small")
 */
export function when(condition: Expression<boolean>): { then<Value>(value: Operand<Value>): When<Value> } {
  return {
    then: (value) => new When([{ when: expressionNode(condition, "the condition of when()"), value: nodeOf(value) }]),
  };
}
