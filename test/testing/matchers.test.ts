import fc from "fast-check";
import { DataFrame, engine, t, TidemarkError } from "tidemark";
import { assertFrame, frame, harness, matchers } from "tidemark/testing";
import { describe, expect, it } from "vitest";
import { failedLogins, logins } from "./resolvers.ts";

expect.extend(matchers);

const people = frame`
  | name | n | x   |
  | ada  | 1 | 0.5 |
  | bob  | 2 | 1.5 |
`;

/** Why a matcher did not pass. */
function failure({ pass, message }: { readonly pass: boolean; readonly message: () => string }): string {
  expect(pass).toBe(false);
  return message();
}

describe("toEqualFrame", () => {
  it("compares the columns that the expected frame names", () => {
    expect(people).toEqualFrame(frame`
      | n | name |
      | 1 | ada  |
      | 2 | bob  |
    `);
    expect(people).toEqualFrame([{ name: "ada" }, { name: "bob" }]);
    expect(people).not.toEqualFrame(people.select("name"), { strictColumns: true });
    expect(people).toEqualFrame(people, { strictColumns: true });
  });

  it("shows the first difference and both tables", () => {
    const expected = frame`
      | name | x   |
      | ada  | 0.5 |
      | bob  | 1.6 |
    `;
    expect(failure(matchers.toEqualFrame(people, expected))).toBe(
      [
        'the frames differ: row 2, column "x": received 1.5, expected 1.6',
        "",
        "received:",
        "| name |   x |",
        "|------|-----|",
        "| ada  | 0.5 |",
        "| bob  | 1.5 |",
        "",
        "expected:",
        "| name |   x |",
        "|------|-----|",
        "| ada  | 0.5 |",
        "| bob  | 1.6 |",
      ].join("\n"),
    );
  });

  it("minds the order unless told otherwise", () => {
    const turned = people.sort("n", "desc");
    expect(turned).not.toEqualFrame(people);
    expect(turned).toEqualFrame(people, { order: "any" });
    expect(failure(matchers.toEqualFrame(turned, people))).toContain('{ order: "any" }');
    expect(failure(matchers.toEqualFrame(people, people.limit(1), { order: "any" }))).toContain(
      "received row 2 was not expected: { name: bob, n: 2, x: 1.5 }\nreceived 2 rows, expected 1",
    );
    expect(failure(matchers.toEqualFrame(people.limit(1), people, { order: "any" }))).toContain(
      "no received row equals expected row 2: { name: bob, n: 2, x: 1.5 }",
    );
    const twice = frame`
      | a |
      | 1 |
      | 1 |
      | 2 |
    `;
    const other = frame`
      | a |
      | 1 |
      | 2 |
      | 2 |
    `;
    expect(twice).not.toEqualFrame(other, { order: "any" });
  });

  it("finds a pairing where the first choice of a row is another's only one", () => {
    const received = frame`
      | x   |
      | 1.2 |
      | 0.9 |
    `;
    const expected = frame`
      | x   |
      | 1.0 |
      | 1.4 |
    `;
    expect(received).toEqualFrame(expected, { order: "any", tolerance: 0.25 });
    expect(received).not.toEqualFrame(expected, { order: "any", tolerance: 0.15 });
  });

  it("pairs many equal rows, and chains of rows", () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => ({ x: i }));
    const next = rows.map(({ x }) => ({ x: x + 1 }));
    expect(rows).not.toEqualFrame(next, { order: "any" });
    expect(rows).toEqualFrame(next, { order: "any", tolerance: 1 });
    const same = rows.map(() => ({ x: 1 }));
    expect([...same, { x: 2 }]).not.toEqualFrame([...same, { x: 1 }], { order: "any" });
    expect(same).not.toEqualFrame([...same, { x: 1 }], { order: "any" });
  });

  it("pairs rows exactly if they can be paired", () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(numbers, fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 6, maxLength: 6 }), (xs, shifts) => {
        const received = xs.map((x) => ({ x }));
        const expected = xs.map((x, i) => ({ x: x + (shifts[i] ?? 0) })).reverse();
        // Sorted, numbers can be paired within a distance if and only if each can with its own rank.
        const [a, b] = [received, expected].map((rows) => rows.map(({ x }) => x).sort((p, q) => p - q));
        const pairable = (a ?? []).every((x, i) => Math.abs(x - (b?.[i] ?? 0)) <= 1);
        expect(matchers.toEqualFrame(received, expected, { order: "any", tolerance: 1 }).pass).toBe(pairable);
      }),
    );
  });

  it("says how many rows there are", () => {
    expect(failure(matchers.toEqualFrame(people.limit(1), people))).toMatch(
      /^the frames differ: received 1 row, expected 2; the first that is missing is row 2\n/,
    );
    expect(failure(matchers.toEqualFrame(people, frame`| name |`))).toMatch(/the first that was not expected is row 1/);
    expect(failure(matchers.toEqualFrame(people, []))).toMatch(/received 2 rows, expected 0/);
  });

  it("compares numbers by value", () => {
    const columns = { i: t.int(), b: t.bigint(), f: t.float() };
    const received = DataFrame.fromRows([{ i: 1, b: 2n, f: 0.1 + 0.2 }], columns);
    expect(received).toEqualFrame(frame`
      | i   | b | f   |
      | 1.0 | 2 | 0.3 |
    `);
    expect(received).not.toEqualFrame([{ f: 0.300001 }]);
    expect(received).toEqualFrame([{ f: 0.300001 }], { tolerance: 0.001 });
    expect(received).not.toEqualFrame([{ f: 0.3 }], { tolerance: 0 });
    expect(received).not.toEqualFrame([{ i: 2 }]);
    expect(received).toEqualFrame([{ i: 2 }], { tolerance: 1 });
    const large = DataFrame.fromRows([{ b: 9_007_199_254_740_993n }], { b: t.bigint() });
    expect(large).not.toEqualFrame([{ b: 9_007_199_254_740_992n }]);
    expect(large).toEqualFrame([{ b: 9_007_199_254_740_993n }]);
    const special = DataFrame.fromRows([{ f: Number.NaN }, { f: Number.POSITIVE_INFINITY }, { f: -0 }], {
      f: t.float(),
    });
    expect(special).toEqualFrame(frame`
      | f   |
      | nan |
      | inf |
      | 0   |
    `);
    expect(special).not.toEqualFrame(
      frame`
      | f    |
      | nan  |
      | -inf |
      | 0    |
    `,
      { tolerance: 1 },
    );
  });

  it("tells nulls and values of other kinds apart", () => {
    expect(
      failure(
        matchers.toEqualFrame(
          frame`
      | a   |
      | "3" |
    `,
          [{ a: 3 }],
        ),
      ),
    ).toContain('row 1, column "a": received the text "3", expected the number 3');
    expect(failure(matchers.toEqualFrame([{ a: true }], [{ a: 1 }]))).toContain("the bool true, expected the number 1");
    expect([{ a: null }]).not.toEqualFrame([{ a: 0 }]);
    expect([{ a: null }]).not.toEqualFrame([{ a: "" }]);
    expect([{ a: null }]).toEqualFrame(frame`
      | a:int |
      |       |
    `);
    expect([{ a: new Date(0) }]).not.toEqualFrame([{ a: 0 }]);
  });

  it("names a column that is not there", () => {
    expect(failure(matchers.toEqualFrame(people, frame`| nme |`))).toContain(
      'the received frame has no column "nme": did you mean "name"?',
    );
  });

  it("shows the rows around a late difference", () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ i }));
    const text = failure(
      matchers.toEqualFrame(
        rows,
        rows.map(({ i }) => ({ i: i === 60 ? -1 : i })),
      ),
    );
    expect(text).toContain('row 61, column "i": received 60, expected -1');
    expect(text).toContain("received, rows 58 to 77 of 100:");
    expect(text.split("\n").length).toBeLessThan(60);
  });

  it.each([
    ["a value that is no frame", () => matchers.toEqualFrame("x", people), /received value is "x"/],
    ["an expectation that is no frame", () => matchers.toEqualFrame(people, "| a |" as never), /expected value is/],
    ["an unknown option", () => matchers.toEqualFrame(people, people, { tolerence: 1 } as never), /"tolerance"/],
    ["an unknown order", () => matchers.toEqualFrame(people, people, { order: "all" as never }), /"same" and "any"/],
    ["a bad tolerance", () => matchers.toEqualFrame(people, people, { tolerance: -1 }), /no tolerance/],
  ])("says so of %s", (_, run, text) => {
    expect(run).toThrow(TidemarkError);
    expect(run).toThrow(text);
  });
});

describe("assertFrame", () => {
  it("throws where frames differ", () => {
    expect(() => assertFrame(people, people)).not.toThrow();
    expect(() => assertFrame(people, people.limit(1))).toThrow(/the frames differ: received 2 rows, expected 1/);
    expect(() => assertFrame(people, people.sort("n", "desc"), { order: "any" })).not.toThrow();
  });
});

describe("toLoseNothing", () => {
  it("passes where every message was applied or skipped", () => {
    const h = harness(failedLogins);
    h.send("12:00", { user_id: "u1", failed: true });
    expect(h).toLoseNothing();
    expect(h.ledger()).toLoseNothing();
    expect(h.engine).toLoseNothing();
  });

  it("lists the others with reasons", () => {
    const h = harness(failedLogins);
    h.send("12:00", { user_id: "u1", failed: true });
    h.send("11:00", { user_id: "u2", failed: true });
    expect(failure(matchers.toLoseNothing(h))).toMatch(
      /^some messages were neither applied nor skipped\nlogins: 1 of 2 late\n- message 2 of logins, late: 3600.000 s behind.*: \{"user_id":"u2"/,
    );
    expect(failure(matchers.toLoseNothing(h.ledger()))).toContain("logins: 1 of 2 late");
    expect(h.deadLetters()).toHaveLength(1);
  });

  it("says so of a value that has no ledger", () => {
    for (const value of [undefined, 3, {}, { logins: 3 }])
      expect(() => matchers.toLoseNothing(value)).toThrow(/give it a harness/);
  });
});

describe("toBePending", () => {
  it("finds a window that waits", () => {
    const h = harness(failedLogins);
    expect(h).not.toBePending();
    h.send("12:00", { user_id: "u1", failed: true });
    expect(h).toBePending();
    expect(h).toBePending({ key: "u1", window: "10m", resolver: "failed_logins" });
    expect(h).not.toBePending({ key: "u2" });
    expect(h.pending()).toBePending({ window: "1d" });
    h.advanceTo("12:10");
    expect(h).not.toBePending({ window: "10m" });
    expect(failure(matchers.toBePending(h, { window: "10m" }))).toMatch(
      /^no window is pending with window "10m"\npending are:\n- failed_logins, key "u1", 30m from .*: the watermark of "logins" stands at/,
    );
    h.finish();
    expect(failure(matchers.toBePending(h))).toBe("no window is pending\nnone is pending at all");
  });

  it("looks into an engine too", () => {
    const app = engine({ resolvers: [failedLogins] });
    app.push(logins, { user_id: "u1", failed: true, ip_address: "a", at: "1970-01-01T12:00:00Z" });
    expect(app).toBePending({ key: "u1" });
  });

  it("says so of misuse", () => {
    expect(() => matchers.toBePending(3)).toThrow(/give it a harness/);
    expect(() => matchers.toBePending([], { keys: "u1" } as never)).toThrow(/did you mean "key"/);
  });
});
