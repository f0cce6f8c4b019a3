/**
 * What the centre asks of its database. Rows come back with `bigint` columns as numbers and `jsonb` as values in both
 * implementations; `jsonb` parameters go in as JSON text, so that the drivers' own array rules never apply.
 */
export type Parameter = string | number | boolean | null;

export interface Queries {
  query<Row extends object>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

export interface Database extends Queries {
  /** Commits when `work` resolves; a returned value is on stable storage (README says how far that holds). */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
