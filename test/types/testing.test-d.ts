import { features, message, source, stream, t } from "tidemark";
import { assertFrame, type EmittedFrame, frame, type FrameMatchers, harness, matchers } from "tidemark/testing";
import { expect } from "vitest";

// What a project writes once, for the types of its `expect`.
declare module "vitest" {
  // biome-ignore format: as the documentation shows it
  // oxlint-disable-next-line typescript/no-explicit-any -- vitest's own signature
  interface Matchers<T = any> extends FrameMatchers {}
}

const User = features("user", { id: t.utf8(), color: t.utf8(), size: t.int() });
const updates = source("updates", message("Update", { user_id: t.utf8(), color: t.utf8(), at: t.timestamp() }), {
  timestamp: "at",
});
const lines = source("lines", message("Line", { user_id: t.utf8(), color: t.utf8() }), {
  parse: (text) => ({ user_id: text, color: text }),
});
const color = stream({ name: "color", source: updates, output: [User.id, User.color] }, ({ user_id, color: value }) =>
  User({ id: user_id, color: value }),
);

const h = harness(color);
expect.extend(matchers);

// What infers.
const emitted: EmittedFrame = h.emitted();
const at: Date | null | undefined = emitted.rows()[0]?.window_end;
const [value]: [string | null] = h.query(User, "u1", [User.color], { at: "12:00" });
const { size }: { size: number } = frame<{ size: number }>`| size |`.row(0);
expect(h.emitted()).toEqualFrame(frame`| entity |`, { order: "any", tolerance: 0.1, strictColumns: true });
expect(h.emitted()).not.toEqualFrame([{ entity: "u1" }]);
expect(h).toLoseNothing();
expect(h.ledger()).toLoseNothing();
expect(h).toBePending({ key: "u1", window: "10m" });
assertFrame(h.emitted(), frame`| entity |`);
h.send({ user_id: "u1" });
h.send("12:00:00", { user_id: "u1" });
h.send("updates", "12:00:00", { user_id: "u1" });
h.send(updates, { user_id: "u1" });
h.send(updates, new Date(0), { user_id: "u1" });
h.send(lines, "12:00:00", "u1");
export const used = [at, value, size];

// What must not compile.
// @ts-expect-error no such field
h.send(updates, "12:00:00", { user: "u1" });
// @ts-expect-error a wrong type
h.send(updates, "12:00:00", { user_id: 1 });
// @ts-expect-error a source that parses takes payloads
h.send(lines, "12:00:00", { user_id: "u1" });
// @ts-expect-error a number is no time
h.send(12, { user_id: "u1" });
// @ts-expect-error no such order
expect(h.emitted()).toEqualFrame(frame`| entity |`, { order: "some" });
// @ts-expect-error a table in text is no frame
expect(h.emitted()).toEqualFrame("| entity |");
// @ts-expect-error no such column
h.emitted().select("entty");
