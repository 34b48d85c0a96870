import { TidemarkError } from "../errors.ts";
import { childrenOf, type Expr } from "./nodes.ts";

/** How many nodes may stand below each other in an expression: what code that walks it by recursion can bear. */
const DEPTH_MAX = 750;

const depths = new WeakMap<Expr, number>();

/** @throws expression.invalid where a tree is too deep. Cost: O(nodes not seen before) */
export function checkDepth(expr: Expr): void {
  if (depthOf(expr) <= DEPTH_MAX) return;
  throw new TidemarkError("expression.invalid", `an expression of more than ${DEPTH_MAX} steps after each other`, {
    hint: "combine parts of it pairwise, a.add(b).add(c.add(d)), use in([...]), or compute a part with withColumns first",
  });
}

function depthOf(expr: Expr): number {
  let depth = depths.get(expr);
  if (depth !== undefined) return depth;
  depth = 1;
  for (const child of childrenOf(expr)) depth = Math.max(depth, depthOf(child) + 1);
  depths.set(expr, depth);
  return depth;
}
