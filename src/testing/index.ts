export { type EmittedFrame, type EmittedRow } from "./emitted.ts";
export { type ComparableFrame, type FrameOptions } from "./compare.ts";
export { frame, type FrameTag } from "./frame-tag.ts";
export { type Harness, harness, type HarnessOptions, type SentMessage, type TestTime } from "./harness.ts";
export { markdown } from "./markdown.ts";
export { assertFrame, type FrameMatchers, type MatcherResult, matchers, type PendingWanted } from "./matchers.ts";
