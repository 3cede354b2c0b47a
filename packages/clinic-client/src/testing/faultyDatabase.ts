import type { Database, OpenDatabase } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';

/** A disk that can be told to misbehave. */
export interface DiskFaults {
  /** `full`: writes reject. `stuck`: they do not answer until the disk is `sound` again. */
  writes: 'sound' | 'full' | 'stuck';
  /** The file is closed, and closing it rejects; or closing never answers. */
  close: 'sound' | 'rejects' | 'hangs';
  /** Databases that are open now. */
  open: number;
}

/** Opens databases as `open` does, on a disk with faults. */
export function withFaults(open: OpenDatabase): {
  readonly openDatabase: OpenDatabase;
  readonly faults: DiskFaults;
} {
  const faults: DiskFaults = { writes: 'sound', close: 'sound', open: 0 };
  const mayWrite = async () => {
    while (faults.writes === 'stuck') await new Promise((resolve) => setTimeout(resolve, 2));
    if (faults.writes === 'full') throw new CodedError('DATABASE_FULL', 'the disk is full');
  };
  const wrap = (database: Database): Database => ({
    all: (sql, params) => database.all(sql, params),
    async batch(statements) {
      await mayWrite();
      return await database.batch(statements);
    },
    async transaction(work) {
      await mayWrite();
      return await database.transaction(work);
    },
    async close() {
      if (faults.close === 'hangs') return await new Promise(() => {});
      await database.close();
      faults.open -= 1;
      if (faults.close === 'rejects') throw new CodedError('DATABASE_IO', 'closing failed');
    },
  });
  return {
    faults,
    async openDatabase(options) {
      const database = await open(options);
      faults.open += 1;
      return wrap(database);
    },
  };
}
