import { CodedError } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SaveState } from './api.ts';
import { createCoalescingSaver } from './coalescingSaver.ts';

/** A disk whose every write waits to be finished or failed by the test. */
function createSlowDisk() {
  const written: string[] = [];
  const pending: { readonly draft: string; readonly settle: (error?: Error) => void }[] = [];
  return {
    written,
    pending,
    write: (draft: string) =>
      new Promise<void>((resolve, reject) => {
        pending.push({
          draft,
          settle: (error) => {
            if (error !== undefined) return reject(error);
            written.push(draft);
            resolve();
          },
        });
      }),
  };
}

const settled = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function createSaver() {
  const disk = createSlowDisk();
  const timers = createFakeTimers();
  const states: SaveState[] = [];
  const saver = createCoalescingSaver({ write: disk.write, timers, onState: (state) => states.push(state) });
  return { disk, timers, states, saver };
}

test('D1: "saved" is shown only once the newest text is committed', async () => {
  const { disk, saver } = createSaver();
  saver.offer('a');
  saver.offer('ab');
  disk.pending[0]?.settle();
  await settled();
  expect(saver.state().name).toBe('saving');
  disk.pending[1]?.settle();
  await settled();
  expect(saver.state().name).toBe('saved');
  expect(disk.written).toEqual(['a', 'ab']);
});

test('D1: while a commit runs, later keystrokes coalesce into one', async () => {
  const { disk, saver } = createSaver();
  for (const draft of ['a', 'ab', 'abc', 'abcd']) saver.offer(draft);
  expect(disk.pending.length).toBe(1);
  disk.pending[0]?.settle();
  await settled();
  expect(disk.pending.map((write) => write.draft)).toEqual(['a', 'abcd']);
});

test('D3: a write that fails keeps the text, says so with its code, and is tried again', async () => {
  const { disk, timers, states, saver } = createSaver();
  saver.offer('a');
  disk.pending[0]?.settle(new CodedError('DATABASE_FULL', 'disk full'));
  await settled();
  expect(saver.state()).toEqual({ name: 'not-saved', code: 'DATABASE_FULL' });
  saver.offer('ab');
  expect(disk.pending.length).toBe(1);
  expect(saver.state().name).toBe('not-saved');
  await timers.advance(250);
  disk.pending[1]?.settle();
  await settled();
  expect(disk.written).toEqual(['ab']);
  expect(states.at(-1)).toEqual({ name: 'saved' });
});

test('D1: a write that is not answered is said not to be saved, and "saved" once it is', async () => {
  const { disk, timers, states, saver } = createSaver();
  saver.offer('a');
  await timers.advance(2_900);
  expect(states).toEqual([{ name: 'saving' }]);
  await timers.advance(200);
  expect(saver.state()).toEqual({ name: 'not-saved', code: 'SAVE_SLOW' });
  saver.offer('ab');
  expect(saver.state().name).toBe('not-saved');
  expect(disk.pending.length).toBe(1);
  disk.pending[0]?.settle();
  await settled();
  disk.pending[1]?.settle();
  await settled();
  expect(saver.state()).toEqual({ name: 'saved' });
  expect(disk.written).toEqual(['a', 'ab']);
  expect(timers.pending).toBe(0);
});

test('D1, D3: whatever fails and in whatever order, "saved" always means that the newest draft is on disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('type', 'finish', 'fail', 'wait'), { maxLength: 60 }),
      async (steps) => {
        const { disk, timers, saver } = createSaver();
        let typed = '';
        for (const step of steps) {
          const write = disk.pending.at(-1);
          if (step === 'type') saver.offer((typed += 'x'));
          if (step === 'finish') write?.settle();
          if (step === 'fail') write?.settle(new CodedError('DATABASE_IO', 'failed'));
          if (step === 'wait') await timers.advance(1000);
          await settled();
          if (saver.state().name === 'saved') expect(disk.written.at(-1) ?? '').toBe(typed);
          expect(disk.written).toEqual(disk.written.toSorted((a, b) => a.length - b.length));
        }
      },
    ),
  );
});
