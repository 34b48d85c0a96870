import { type ErrorCode, features, message, source, stream, t, TidemarkError } from "tidemark";
import { frame, harness, matchers } from "tidemark/testing";
import { describe, expect, it } from "vitest";
import {
  distinctIps,
  failedLogins,
  failedLoginsSql,
  favoriteColor,
  lineColor,
  logins,
  totalAmount,
  updates,
  User,
} from "./resolvers.ts";

expect.extend(matchers);

function mistake(run: () => unknown): TidemarkError {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error("no mistake was seen");
}

const expectMistake = (run: () => unknown, code: ErrorCode, text: RegExp): void => {
  const error = mistake(run);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(text);
};

describe("a harness", () => {
  it.each([
    ["a frame", failedLogins],
    ["SQL", failedLoginsSql],
  ])("runs the example of the contract with %s", (_, resolver) => {
    const h = harness(resolver);
    expect(h.send("12:00:00", { user_id: "u1", failed: true })).toBe("applied");
    h.advanceTo("12:10:00");
    expect(h.emitted()).toEqualFrame(frame`
      | feature                           | entity | window_start | window_end | value | revision | retracted | observed_at |
      |-----------------------------------|--------|--------------|------------|-------|----------|-----------|-------------|
      | user.num_failed_logins__600__     | u1     | 12:00        | 12:10      | 1     | 0        | false     | 12:10       |
    `);
  });

  it("gives emissions out once as a frame, and shows them all as records", () => {
    const h = harness(failedLogins);
    h.send("12:00:00", { user_id: "u1", failed: true });
    h.advanceTo("12:10:00");
    expect(h.emissions()).toHaveLength(1);
    expect(h.emitted().numRows).toBe(1);
    expect(h.emitted().numRows).toBe(0);
    h.finish();
    expect(h.emitted()).toEqualFrame(
      frame`
        | feature                           | window_start | window_end | value |
        | ${User.numFailedLogins["30m"]}    | 12:00        | 12:30      | 1     |
        | ${User.numFailedLogins["1d"]}     | 00:00        | 24:00      | 1     |
      `,
      { strictColumns: false },
    );
    expect(h.emissions().map(({ seq, feature }) => [seq, feature])).toEqual([
      [0, "user.num_failed_logins__600__"],
      [1, "user.num_failed_logins__1800__"],
      [2, "user.num_failed_logins__86400__"],
    ]);
  });

  it("has the columns of an emission, also when nothing was emitted", () => {
    const empty = harness(failedLogins).emitted();
    expect(empty.columns).toEqual([
      "feature",
      "entity",
      "window_start",
      "window_end",
      "value",
      "revision",
      "retracted",
      "observed_at",
      "resolver",
    ]);
    expect(empty).toEqualFrame(frame`| entity | value |`);
  });

  it("counts a correction as a revision", () => {
    const h = harness(failedLogins);
    h.send("12:00:00", { user_id: "u1", failed: true });
    h.advanceTo("12:10:00");
    h.emitted();
    expect(h.send("12:09:59.5", { user_id: "u1", failed: true })).toBe("applied");
    expect(h.emitted()).toEqualFrame(frame`
      | entity | window_end | value | revision | retracted |
      | u1     | 12:10      | 2     | 1        | false     |
    `);
  });

  it("says what became of a message, and why", () => {
    const h = harness(failedLogins);
    h.advanceTo("13:00");
    expect(h.send("12:29:59.999", { user_id: "u1", failed: true })).toBe("late");
    expect(h.ledger()["logins"]).toMatchObject({ pushed: 1, late: 1, applied: 0 });
    expect(h.ledger(failedLogins)["logins"]).toMatchObject({ late: 1 });
    for (let again = 0; again < 2; again++)
      expect(h.deadLetters().map(({ disposition, position }) => [disposition, position.line])).toEqual([["late", 1]]);
    h.send("13:00", { user_id: "u1", failed: true });
    h.advanceTo("14:00");
    expect(h.send("13:00", { user_id: "u2", failed: true })).toBe("late");
    expect(h.deadLetters().map(({ position }) => position.line)).toEqual([1, 3]);
  });

  it("runs several resolvers, each source by itself or by name", () => {
    const h = harness([favoriteColor, failedLogins, distinctIps]);
    expect(h.send(updates, { user_id: "u1", favorite_color: "teal" })).toBe("applied");
    expect(h.send("user_updates", { user_id: "u2", favorite_color: "red" })).toBe("applied");
    expect(h.send("logins", "12:00", { user_id: "u1", failed: true, ip_address: "10.0.0.1" })).toBe("applied");
    expect(h.send(logins, "12:05", { user_id: "u1", failed: false, ip_address: "10.0.0.2" })).toBe("applied");
    h.advanceTo("12:10");
    expect(h.query(User, "u1", [User.favoriteColor, User.distinctIps["1h"]], { at: "12:15:00" })).toEqual(["teal", 2]);
    expect(h.query(User, "u1", [User.numFailedLogins["10m"]])).toEqual([1]);
    expect(h.emitted().select("feature", "entity", "value", "window_end")).toEqualFrame(
      frame`
        | feature                             | entity | value | window_end |
        | user.favorite_color                 | u1     | teal  |            |
        | user.favorite_color                 | u2     | red   |            |
        | ${User.numFailedLogins["10m"]}      | u1     | 1     | 12:10      |
      `,
      { strictColumns: true },
    );
  });

  it("takes payloads of a source that parses, with a time of their own where it has no timestamp", () => {
    const h = harness(lineColor);
    expect(h.send("u1 teal")).toBe("applied");
    expect(h.send("12:00", "u2 red")).toBe("applied");
    expect(h.send("# nothing")).toBe("skipped");
    expect(h.send("broken")).toBe("parse-failed");
    expect(h.deadLetters().map(({ reason }) => reason)).toEqual(["a line has two words"]);
    expect(h.emitted()).toEqualFrame(frame`
      | entity | value | observed_at |
      | u1     | teal  | 00:00       |
      | u2     | red   | 12:00       |
    `);
  });

  it("gives messages of a source without a timestamp field the time of their envelope", () => {
    const h = harness(totalAmount);
    expect(h.send("12:00", { user_id: "u1", amount: 1.5 })).toBe("applied");
    expect(h.send({ user_id: "u1", amount: 1 })).toBe("no-timestamp");
    h.advanceTo("12:10");
    expect(h.emitted().numRows).toBe(0);
    expect(h).toBePending({ resolver: "total_amount", key: "u1", window: "all" });
    h.finish();
    expect(h.emitted()).toEqualFrame(frame`
      | feature              | entity | window_start | window_end | value |
      | user.amount__all__   | u1     |              |            | 1.5   |
    `);
  });

  it("lives on the day of startAt", () => {
    const h = harness(failedLogins, { startAt: "2026-03-01T09:30:00Z" });
    expect(h.now).toEqual(new Date("2026-03-01T09:30:00Z"));
    h.send("10:00", { user_id: "u1", failed: true });
    h.send({ user_id: "u1", failed: true, at: "10:01:30" });
    h.send(new Date("2026-03-01T10:02:00Z"), { user_id: "u1", failed: true });
    h.send("2026-03-01T10:03:00.000001Z", { user_id: "u1", failed: true });
    expect(h.now).toEqual(new Date("2026-03-01T10:03:00Z"));
    h.advanceTo("10:10");
    expect(h.emitted()).toEqualFrame(h.frame`
      | window_start | value | observed_at          |
      | 10:00        | 4     | 2026-03-01T10:10:00Z |
    `);
    h.advanceTo("24:00:00");
    expect(h.pending()).toEqual([]);
  });

  it("shows what is pending, and what its engine knows", () => {
    const h = harness(failedLogins);
    h.send("12:00", { user_id: "u1", failed: true });
    expect(h.pending().map(({ key, window }) => [key, window.label])).toEqual([
      ["u1", "10m"],
      ["u1", "30m"],
      ["u1", "1d"],
    ]);
    expect(h.engine.stats()).toMatchObject({
      emitted: 0,
      sources: { logins: { pushed: 1, watermark: new Date("1970-01-01T12:00:00Z") } },
      resolvers: { failed_logins: { pendingWindows: 3 } },
    });
    expect(h.failures()).toEqual([]);
  });

  it("lists windows whose resolver threw, each time it is asked", () => {
    const broken = stream({ name: "broken", source: logins, output: [User.id, User.distinctIps] }, (events) => {
      if (events.rows().length > 1) throw new Error("too many rows");
      return User({ id: events.col("user_id").max(), distinctIps: 1 });
    });
    const h = harness(broken);
    h.send("12:00", { user_id: "u1", failed: true, ip_address: "a" });
    h.send("12:01", { user_id: "u1", failed: true, ip_address: "b" });
    h.advanceTo("13:00");
    expect(h.failures().map(({ resolver, key }) => [resolver, key])).toEqual([["broken", "u1"]]);
    expect(h.failures()).toHaveLength(1);
    expect(h).toLoseNothing();
  });

  it("keeps integers and times exact", () => {
    const Order = features("order", { id: t.bigint(), size: t.bigint(), at: t.timestamp() });
    const orders = source("orders", message("Order", { id: t.bigint(), size: t.bigint(), at: t.timestamp() }), {
      timestamp: "at",
    });
    const sizes = stream({ name: "sizes", source: orders, output: [Order.id, Order.size] }, ({ id, size }) =>
      Order({ id, size }),
    );
    const h = harness(sizes);
    h.send("12:00:00.000123", { id: 1n, size: 9_223_372_036_854_775_807n });
    expect(h.emitted()).toEqualFrame(frame`
      | entity | value               | observed_at     |
      | 1      | 9223372036854775807 | 12:00:00.000123 |
    `);
  });
});

describe("a harness used wrongly", () => {
  const h = harness(failedLogins);

  it.each<[string, () => unknown, ErrorCode, RegExp]>([
    [
      "an unknown field",
      () => h.send("12:00", { user: "u1" }),
      "message.invalid",
      /Login of "logins" has no field "user".*\n.*user_id/,
    ],
    [
      "a wrong type",
      () => h.send("12:00", { user_id: 7, failed: true }),
      "message.invalid",
      /field "user_id": 7 is not a VARCHAR/,
    ],
    ["a missing field", () => h.send("12:00", { user_id: "u1" }), "message.invalid", /field "failed" is missing/],
    ["no message", () => h.send("12:00", "u1"), "message.invalid", /"u1" is no message of "logins"/],
    ["a list", () => h.send("12:00", []), "message.invalid", /an array is no message/],
    ["a time alone", () => h.send("12:00"), "message.invalid", /"12:00" is no message/],
    ["no time", () => h.send({ user_id: "u1", failed: true }), "message.invalid", /no time[\s\S]*send\("12:00:00"/],
    [
      "two times",
      () => h.send("12:00", { user_id: "u1", failed: true, at: "12:00" }),
      "test.invalid",
      /a time of its own, "at"/,
    ],
    ["a bad time", () => h.send("noon", { user_id: "u1", failed: true }), "time.invalid", /"noon" is no point in time/],
    ["no time of a day", () => h.send("25:00", { user_id: "u1", failed: true }), "time.invalid", /"25:00"/],
    ["a minute too late", () => h.advanceTo("24:01"), "time.invalid", /"24:01"/],
    ["an invalid Date", () => h.advanceTo(new Date(Number.NaN)), "time.invalid", /invalid Date/],
    ["a bad time within", () => h.send({ user_id: "u1", failed: true, at: "12:60" }), "time.invalid", /"12:60"/],
    [
      "a bad time of a query",
      () => h.query(User, "u1", [User.numFailedLogins["10m"]], { at: "x" }),
      "time.invalid",
      /"x"/,
    ],
    ["a strange source", () => h.send(updates, { user_id: "u1" }), "engine.unknown-source", /"user_updates"/],
    ["a strange name", () => h.send("login", "12:00", {}), "engine.unknown-source", /did you mean "logins"/],
    [
      "no source chosen",
      () => harness([favoriteColor, failedLogins]).send("12:00", {}),
      "test.invalid",
      /must name one[\s\S]*user_updates, logins/,
    ],
    ["an object for a payload", () => harness(lineColor).send({ user_id: "u1" }), "message.invalid", /parses payloads/],
    ["no resolvers", () => harness([]), "engine.invalid", /needs resolvers/],
    ["no resolver", () => harness({} as never), "engine.invalid", /no resolver/],
    ["a bad start", () => harness(failedLogins, { startAt: "12:00" }), "time.invalid", /12:00/],
  ])("says so of %s", (_, run, code, text) => expectMistake(run, code, text));

  it("has sent nothing then", () => {
    expect(h.ledger()["logins"]?.pushed).toBe(0);
  });

  it("says that a payload holds its own time", () => {
    const dated = source("dated", message("Dated", { id: t.utf8(), at: t.timestamp() }), {
      timestamp: "at",
      parse: (text) => ({ id: text, at: "1970-01-01T12:00:00Z" }),
    });
    const colors = stream({ name: "colors", source: dated, output: [User.id, User.favoriteColor] }, ({ id }) =>
      User({ id, favoriteColor: id }),
    );
    expectMistake(() => harness(colors).send("12:00", "u1"), "test.invalid", /in its payload, as "at"/);
    expect(harness(colors).send("u1")).toBe("applied");
  });

  it("takes nothing more once it is finished", () => {
    const over = harness(failedLogins);
    over.finish();
    expectMistake(() => over.send("12:00", { user_id: "u1", failed: true }), "engine.finished", /finished/);
  });

  it("sends anything on where it is not strict", () => {
    const loose = harness(failedLogins, { strict: false });
    expect(loose.send("12:00", { user_id: 7, failed: true })).toBe("invalid");
    expect(loose.send("12:00", { user_id: "u1", failed: true, colour: "teal" })).toBe("applied");
    expect(loose.send("12:00", "u1")).toBe("invalid");
    expect(loose.deadLetters().map(({ disposition }) => disposition)).toEqual(["invalid", "invalid"]);
  });
});
