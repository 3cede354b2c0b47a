import { type RawBuilder, sql } from 'kysely';

/**
 * Milliseconds since the epoch by the database's clock: what gives, checks and ends an emergency access is the same
 * clock, whichever server asks.
 */
export const databaseNow: RawBuilder<number> = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
