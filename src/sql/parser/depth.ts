import { type Span, TidemarkError } from "../../errors.ts";
import type { Query } from "../syntax.ts";

/**
 * How many nodes may stand below each other in a tree. Nesting is bounded while it is read (`NESTING_MAX`); this bounds
 * chains too, which lean to the left: `a + b + c + ...` is as deep as it is long. `and` and `or` chains are flat.
 */
export const TREE_DEPTH_MAX = 1500;

interface Node {
  readonly kind: string;
  readonly span: Span;
}

function isNode(value: object): value is Node {
  return "kind" in value && "span" in value;
}

/** An error if the tree is deeper than code that walks it by recursion can bear. Walks without recursion; linear. */
export function checkDepth(query: Query, text: string): void {
  const values: object[] = [query];
  const depths: number[] = [1];
  for (let value = values.pop(); value !== undefined; value = values.pop()) {
    const depth = depths.pop() ?? 0;
    const node = isNode(value) ? value : undefined;
    if (node !== undefined && depth > TREE_DEPTH_MAX) {
      const summary = `a chain of more than ${TREE_DEPTH_MAX} operators`;
      const hint = "put brackets around parts of the chain: (a + b + ...) + (c + d + ...)";
      throw new TidemarkError("sql.unsupported", summary, { span: node.span, text, hint });
    }
    for (const child of Object.values(value) as unknown[]) {
      if (typeof child !== "object" || child === null) continue;
      values.push(child);
      depths.push(node === undefined ? depth : depth + 1);
    }
  }
}
