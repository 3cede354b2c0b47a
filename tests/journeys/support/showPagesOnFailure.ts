import { afterEach } from 'vitest';
import { openContexts } from './browser.ts';

/** A journey that fails says what its pages showed: a time limit alone tells nobody why. */
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const page of openContexts().flatMap((context) => context.pages())) {
    const shown = await page
      .evaluate(
        () =>
          `${document.visibilityState}: ${document.body.innerText.replaceAll(/\s+/gu, ' ').slice(0, 900)}`,
      )
      .catch((cause: unknown) => String(cause));
    console.log(`${page.url()}\n  ${shown}`);
  }
});
