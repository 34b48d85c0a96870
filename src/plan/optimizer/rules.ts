import type { Plan } from "../nodes.ts";
import { pruneColumns } from "./prune-columns.ts";

/** Every rule, in the order in which they run. A rule keeps the schema and the rows. */
export const rules: readonly ((plan: Plan) => Plan)[] = [pruneColumns];

/** The plan after all rules. */
export const optimize = (plan: Plan): Plan => rules.reduce((current, rule) => rule(current), plan);
