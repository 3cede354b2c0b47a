const CAPACITY = 200;

/** Compiled statements by their text, the least recently used discarded beyond a fixed number. */
export function createStatementCache<Prepared>(driver: {
  prepare(sql: string): Prepared;
  discard(statement: Prepared): void;
}): { get(sql: string): Prepared; clear(): void } {
  const statements = new Map<string, Prepared>();
  return {
    get(sql) {
      const known = statements.get(sql);
      if (known !== undefined) {
        // A Map keeps insertion order: inserted again, it counts as the newest.
        statements.delete(sql);
        statements.set(sql, known);
        return known;
      }
      const prepared = driver.prepare(sql);
      statements.set(sql, prepared);
      if (statements.size > CAPACITY) {
        const [oldest] = statements;
        if (oldest !== undefined) {
          statements.delete(oldest[0]);
          driver.discard(oldest[1]);
        }
      }
      return prepared;
    },
    clear() {
      for (const statement of statements.values()) driver.discard(statement);
      statements.clear();
    },
  };
}
