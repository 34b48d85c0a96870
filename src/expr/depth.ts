import { TidemarkError } from "../errors.ts";
import { childrenOf, type Expr } from "./nodes.ts";

/** How many nodes may stand below each other in an expression: what code that walks it by recursion can bear. */
const DEPTH_MAX = 750;

/** How many nodes an expression may have, a part that stands in it twice counted twice: code walks it as a tree. */
const NODES_MAX = 100_000;

/** The depth of a tree and its number of nodes. */
interface Extent {
  readonly depth: number;
  readonly nodes: number;
}

const extents = new WeakMap<Expr, Extent>();

/** @throws expression.invalid where a tree is too deep or too large. Cost: O(nodes not seen before) */
export function checkDepth(expr: Expr): void {
  const { depth, nodes } = extentOf(expr);
  if (nodes > NODES_MAX) {
    throw new TidemarkError("expression.invalid", `an expression of more than ${NODES_MAX} parts`, {
      hint: "a part that is used again counts again: compute it once with withColumns",
    });
  }
  if (depth <= DEPTH_MAX) return;
  throw new TidemarkError("expression.invalid", `an expression of more than ${DEPTH_MAX} steps after each other`, {
    hint: "combine parts of it pairwise, a.add(b).add(c.add(d)), use in([...]), or compute a part with withColumns first",
  });
}

function extentOf(expr: Expr): Extent {
  const known = extents.get(expr);
  if (known !== undefined) return known;
  let [depth, nodes] = [1, 1];
  for (const child of childrenOf(expr)) {
    const below = extentOf(child);
    depth = Math.max(depth, below.depth + 1);
    nodes += below.nodes;
  }
  extents.set(expr, { depth, nodes });
  return { depth, nodes };
}
