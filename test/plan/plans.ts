import { readFileSync } from "node:fs";

export interface PlanCase {
  readonly query: string;
  readonly before: string;
  readonly after: string;
}

/** Reads a `.plan` file: blocks parted by blank lines, each with `query:`, `before:` and `after:`; `#` begins a remark. */
export function readPlans(url: URL): PlanCase[] {
  const text = readFileSync(url, "utf8").replace(/^#.*\n/gm, "");
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== "");
  return blocks.map((block) => {
    const match = /^\s*query: (.*)\nbefore:\n([\s\S]*)\nafter:\n([\s\S]*?)\s*$/.exec(block);
    if (match === null) throw new Error(`no plan case: ${block}`);
    const [, query = "", before = "", after = ""] = match;
    return { query, before, after };
  });
}
