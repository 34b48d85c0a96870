import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { afterEach, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
const jiti = createJiti(import.meta.url, { alias: { tidemark: `${root}src/index.ts` }, fsCache: false });

afterEach(() => {
  vi.restoreAllMocks();
});

it("the README's first example prints what it says", async () => {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...parts: unknown[]) => void printed.push(parts.join(" ")));
  const [code = ""] = blocks;
  const { answer } = (await jiti.evalModule(code.replace("app.query(", "export const answer = app.query("), {
    async: true,
    filename: `${root}test/docs/readme-1.ts`,
  })) as { answer: unknown };
  expect(printed.map((line) => `// ${line}`)).toEqual(code.match(/^\/\/ user\..*$/gm));
  expect(answer).toEqual([1, 2]);
}, 60_000);

it("the README's tables example gives what it says", async () => {
  const code = blocks.find((block) => block.includes("DataFrame.fromRows")) ?? "";
  const exported = code
    .replace("df.filter(", "export const grouped = df.filter(")
    .replace("session({", "export const counted = session({")
    .replace(/^sql`/m, "export const shown = sql`");
  const { grouped, counted, shown } = (await jiti.evalModule(exported, {
    async: true,
    filename: `${root}test/docs/readme-2.ts`,
  })) as Record<string, unknown>;
  expect(grouped).toEqual([{ user: "a", n: 2, total: 32.5 }]);
  expect(counted).toEqual([{ n: 3 }]);
  expect(shown).toContain("32.5");
}, 60_000);
