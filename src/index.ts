export { type ColumnType, type Columns, type InputRowOf, type RowOf, t } from "./types/column-type.ts";
export type { DataType, Field, Schema } from "./types/data-type.ts";
export type { Duration } from "./types/duration.ts";
export type { Value } from "./column/value.ts";

export { type ErrorCode, errorCodes, type Span, TidemarkError } from "./errors.ts";

export { col, count, Expression, lit, type Operand, type PlainValue } from "./expr/expression.ts";
export { type When, when } from "./expr/when.ts";
export type { ArrowTableLike } from "./arrow/foreign.ts";
export { DataFrame, type Selection, type SortBy } from "./frame/data-frame.ts";
export type { GroupBy } from "./frame/group-by.ts";
export type { AnyRow } from "./frame/rows.ts";
export type { ShowOptions } from "./frame/show.ts";
export { type Session, session, sql } from "./frame/sql.ts";
export { HyperLogLog } from "./sketch/hyperloglog.ts";

export type { AnyFeature, Feature, WindowedFeature } from "./features/feature.ts";
export { type FeatureFields, type FeatureSet, type FeatureValues, features } from "./features/features.ts";
export { type Windowed, windowed, type WindowedOptions } from "./features/windowed.ts";

export type { Envelope } from "./sources/envelope.ts";
export { type Message, message } from "./sources/message.ts";
export { type Source, source, type SourceOptions } from "./sources/source.ts";

export type { Resolver } from "./resolvers/resolver.ts";
export type { AnyFrame } from "./resolvers/types.ts";
export { stream, type StreamOptions } from "./resolvers/stream.ts";

export type { DeadLetter } from "./engine/dead-letter.ts";
export type { Disposition, Ledger, SourceLedger } from "./engine/disposition.ts";
export type { Emission } from "./engine/emission.ts";
export type { Emissions } from "./engine/emission-log.ts";
export { engine } from "./engine/engine.ts";
export type { Engine, EngineOptions } from "./engine/interface.ts";
export type { Failure } from "./engine/lane.ts";
export type { Pending } from "./engine/pending.ts";
export type { Answer, Answers, QueryOptions } from "./engine/query.ts";
export type { Stats } from "./engine/stats.ts";
