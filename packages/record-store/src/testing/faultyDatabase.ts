import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';

/**
 * Dies at the `at`-th boundary (before each statement, before each commit, after each commit) and answers nothing
 * from then on, as a killed process does. What the engine had committed by then stays.
 */
export function dieAt(at: number) {
  let boundary = 0;
  const pass = () => {
    boundary += 1;
    if (boundary >= at) throw new CodedError('DATABASE_IO', 'died');
  };
  const wrap = (database: Database): Database => ({
    all: async (sql, params) => {
      pass();
      return await database.all(sql, params);
    },
    batch: async (statements) => {
      pass();
      const results = await database.batch(statements);
      pass();
      return results;
    },
    transaction: async (work) => {
      const result = await database.transaction(async (transaction) => {
        const value = await work({
          run: async (sql, params) => {
            pass();
            return await transaction.run(sql, params);
          },
          all: async (sql, params) => {
            pass();
            return await transaction.all(sql, params);
          },
        });
        pass();
        return value;
      });
      pass();
      return result;
    },
    close: async () => await database.close(),
  });
  return { wrap, died: () => boundary >= at };
}
