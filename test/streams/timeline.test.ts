import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Emission, engine } from "../../src/index.ts";
import { featureNamed, setting } from "./resolvers.ts";

// A timeline is a text that a person can check. Above the first empty line stand settings; then, from top to bottom:
//   12:00:01  u1 failed 10.0.0.1     a message (user or "null", failed or ok, address)
//     ! late                         what became of it, where it was not applied
//   12:10:00  ----------             event time advances
//   = u1 failed__600__ 1  12:00:00 - 12:10:00  r1     what is emitted by then, in this order; "gone" is a retraction
//   ? 12:15:00 u1 failed__600__ 1    a query and its answer ("expired" where it is too old)
//   . u1 12:00:00 - 12:10:00 10m     all windows that are pending, in order
//   x u1 12:00:00 - 12:10:00         failures
//   finish                           the end
// Everything behind "#" is a remark.

const DAY = "2026-01-01T";
const folder = new URL(".", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".timeline"));

const timeOf = (text: string): Date => new Date(`${DAY}${text}Z`);
const clock = (date: Date): string => (Math.abs(date.getTime()) > 8e15 ? "ever" : date.toISOString().slice(11, 19));
const between = ({ start, end }: { start: Date; end: Date }): string => `${clock(start)} - ${clock(end)}`;

function shown({ feature, entity, value, window, observedAt, revision, retracted }: Emission): string {
  const what = retracted ? "gone" : String(value);
  const when = window === null ? `at ${clock(observedAt)}` : between(window);
  return `= ${entity} ${feature.replace("user.", "")} ${what}  ${when}${revision === 0 ? "" : `  r${revision}`}`;
}

/** The timeline with every line that says what happens replaced by what does happen. */
function played(text: string): string[] {
  const end = text.split("\n").indexOf("");
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim());
  const settings = Object.fromEntries(
    lines.slice(0, end).flatMap((line) => (line === "" ? [] : [line.split(/:\s*/) as [string, string]])),
  );
  const { resolvers: names = "", history, dedup, ...options } = settings;
  const { User, logins, resolvers } = setting(options, dedup);
  const app = engine({
    resolvers: names.split(/,\s*/).map((name) => resolvers[name]!),
    ...(history === undefined ? {} : { history }),
  });
  const out: string[] = [];
  let counts = app.ledger()["logins"]!;
  const settle = (): void => {
    const after = app.ledger()["logins"]!;
    for (const [name, count] of Object.entries(after))
      if (name !== "pushed" && name !== "applied" && count > counts[name as keyof typeof counts]) out.push(`! ${name}`);
    counts = after;
    for (const emission of app.emissions()) out.push(shown(emission));
    for (const { key, window } of app.failures()) out.push(`x ${key} ${between(window!)}`);
  };
  let asksPending = false;
  for (const line of lines.slice(end)) {
    const [first = "", second = "", ...rest] = line.split(/\s+/);
    if (first !== ".") asksPending = false;
    if (line === "" || "!=x".includes(first[0]!)) continue;
    if (first === ".") {
      if (!asksPending)
        for (const { key, window } of app.pending()) out.push(`. ${key} ${between(window)} ${window.label}`);
      asksPending = true;
    } else if (first === "?") {
      const [user = "", feature = ""] = rest;
      let answer: unknown;
      try {
        [answer] = app.query(User, user, [featureNamed(feature)], { at: timeOf(second) });
      } catch (error) {
        answer = (error as { code: string }).code.replace("query.", "");
      }
      out.push(`? ${second} ${user} ${feature} ${answer}`);
    } else {
      out.push(line);
      if (first === "finish") app.finish();
      else if (second.startsWith("--")) app.advanceTo(timeOf(first));
      else
        app.push(logins, {
          user_id: second === "null" ? null : second,
          failed: rest[0] === "failed",
          ip: rest[1] ?? "",
          at: timeOf(first),
        });
      settle();
    }
  }
  return out;
}

describe("timelines", () => {
  it("are there", () => {
    expect(files.length).toBeGreaterThan(9);
  });

  it.each(files)("%s", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const lines = text.split("\n").slice(text.split("\n").indexOf(""));
    const expected = lines
      .map((line) => line.replace(/#.*/, "").trim().replaceAll(/\s+/g, " "))
      .filter((line) => line !== "");
    expect(played(text).map((line) => line.replaceAll(/\s+/g, " "))).toEqual(expected);
  });
});
