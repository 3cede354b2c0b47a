import { createFakeLogger, createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { type Wakening, createChangeWatch } from './changeWatch.ts';
import type { Glance } from './glanceAtChanges.ts';

function openWatch() {
  const timers = createFakeTimers();
  const logger = createFakeLogger();
  const looks: number[] = [];
  /** What the next looks show; the last stays. */
  let shown: Glance = { epoch: 'e', sequence: 10, everybody: false, touched: [] };
  let broken = false;
  const watch = createChangeWatch({
    timers,
    logger,
    glance: (after) => {
      looks.push(after);
      if (broken) return Promise.reject(new Error('down'));
      return Promise.resolve(shown.sequence > after ? shown : { ...shown, everybody: false, touched: [] });
    },
  });
  const log: string[] = [];
  const wait = (name: string, options: { upTo?: number; epoch?: string; device?: string } = {}) => {
    const end = new AbortController();
    watch
      .wait({
        practitionerId: name,
        deviceId: options.device ?? name,
        epoch: options.epoch ?? 'e',
        upTo: options.upTo ?? 10,
        end: end.signal,
      })
      .then((why) => log.push(`${name}:${why}`))
      .catch(() => log.push(`${name}:failed`));
    return (why: Wakening) => end.abort(why);
  };
  return {
    watch,
    timers,
    logger,
    looks,
    log,
    wait,
    show: (glance: Partial<Glance>) => {
      shown = { ...shown, ...glance };
    },
    break: (is: boolean) => {
      broken = is;
    },
  };
}

test('while nobody waits the database is not asked; while many wait, once a second', async () => {
  const { watch, timers, looks, wait, log } = openWatch();
  watch.written();
  await timers.advance(10_000);
  expect(looks).toEqual([]);
  const ends = Array.from({ length: 500 }, (_, at) => wait(`p${at}`));
  await timers.advance(5000);
  expect(looks).toEqual([10, 10, 10, 10, 10]);
  for (const end of ends) end('over');
  await timers.advance(60_000);
  expect(looks).toHaveLength(5);
  expect(log).toHaveLength(500);
  expect(timers.pending).toBe(0);
});

test('S3: only those whose caseload was touched are woken; what everybody reads wakes all', async () => {
  const { timers, show, wait, log } = openWatch();
  for (const name of ['ana', 'ben', 'cho']) wait(name);
  show({ sequence: 12, touched: ['ben', 'zoe'] });
  await timers.advance(1000);
  expect(log).toEqual(['ben:touched']);
  show({ sequence: 13, touched: [], everybody: true });
  await timers.advance(1000);
  expect(log).toEqual(['ben:touched', 'ana:touched', 'cho:touched']);
});

test('a write of this server wakes at once, and each look asks only for what is new since the last', async () => {
  const { watch, timers, show, wait, looks, log } = openWatch();
  wait('ana');
  show({ sequence: 12, touched: ['ben'] });
  watch.written();
  await timers.advance(0);
  expect(looks).toEqual([10]);
  show({ sequence: 13, touched: ['ana'] });
  watch.written();
  watch.written();
  await timers.advance(0);
  expect(log).toEqual(['ana:touched']);
  expect(looks).toEqual([10, 12]);
});

test('S1: whoever read before the last look is sent to read again: what it showed is not shown twice', async () => {
  const { timers, show, wait, log } = openWatch();
  wait('ben');
  show({ sequence: 12, touched: ['ana'] });
  await timers.advance(1000);
  wait('ana', { upTo: 11 });
  await timers.advance(0);
  expect(log).toEqual(['ana:touched']);
});

test('another epoch, or a counter that went back, wakes everybody', async () => {
  const { timers, show, wait, log } = openWatch();
  wait('ana');
  show({ epoch: 'f' });
  await timers.advance(1000);
  expect(log).toEqual(['ana:touched']);
  wait('ben', { epoch: 'f' });
  show({ sequence: 9 });
  await timers.advance(1000);
  expect(log).toEqual(['ana:touched', 'ben:touched']);
});

test('a device waits once: its later request ends its earlier one', async () => {
  const { timers, wait, log } = openWatch();
  wait('ana', { device: 'd1' });
  wait('ana', { device: 'd2' });
  wait('ana', { device: 'd1' });
  await timers.advance(0);
  expect(log).toEqual(['ana:over']);
});

test('while the database does not answer they wait on, and are woken when it does', async () => {
  const { timers, logger, show, wait, log, ...watched } = openWatch();
  wait('ana');
  watched.break(true);
  await timers.advance(3000);
  expect(logger.lines.join()).toContain('changes.look-failed');
  expect(log).toEqual([]);
  watched.break(false);
  show({ sequence: 11, touched: ['ana'] });
  await timers.advance(1000);
  expect(log).toEqual(['ana:touched']);
});

test('when the server stops every wait ends, later ones at once, and no timer is left', async () => {
  const { watch, timers, wait, log } = openWatch();
  wait('ana');
  await watch.stop();
  wait('ben');
  await timers.advance(0);
  expect(log).toEqual(['ana:stopping', 'ben:stopping']);
  expect(timers.pending).toBe(0);
});
