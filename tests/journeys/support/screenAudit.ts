import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import english from '../../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import spanish from '../../../apps/clinic/src/i18n/es.json' with { type: 'json' };
import { desktop, phone } from './browser.ts';

// What every screen owes to everyone: WCAG 2.2 AA, room on a small phone, large targets, its own language,
// and nothing of a client in the window's title or address.

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const leastTarget = 48;
const titleOfAll = 'Fieldchart';
const uuid = '[0-9a-f-]{36}';
const knownAddress = new RegExp(
  `^/(?:sync(?:/${uuid})?|settings|clients(?:/new|/emergency|/${uuid}(?:/(?:start-visit|consent|notes|(?:visits|consents|notes)/${uuid}(?:/sign)?))?)?)?$`,
  'u',
);

export type Language = 'en' | 'es';
type Catalogue = { readonly [key: string]: string | Catalogue };

const sentences = (catalogue: Catalogue): string[] =>
  Object.values(catalogue).flatMap((value) => (typeof value === 'string' ? [value] : sentences(value)));

/** Sentences of the other language that this one does not have: none may be on the screen. */
const foreign: Readonly<Record<Language, readonly string[]>> = {
  en: sentences(spanish).filter((text) => !sentences(english).includes(text) && text !== 'English'),
  es: sentences(english).filter((text) => !sentences(spanish).includes(text) && text !== 'Español'),
};

/** The four ways a screen is looked at, in an order that changes the window as little as possible. */
const variants = [
  { size: 'phone', viewport: phone, colorScheme: 'light' },
  { size: 'phone', viewport: phone, colorScheme: 'dark' },
  { size: 'desktop', viewport: desktop, colorScheme: 'dark' },
  { size: 'desktop', viewport: desktop, colorScheme: 'light' },
] as const;

interface LookOptions {
  /** Brings the screen's state back after the window changed from phone to desktop and the layout with it. */
  readonly again?: () => Promise<void>;
  /** For what does not last: the window as it is, once. */
  readonly once?: boolean;
}

/** Looks at screens and gathers what is wrong with them; with `FIELDCHART_SHOTS` it keeps a picture of each. */
export function createScreenAudit(language: Language) {
  const problems: string[] = [];
  const shots = process.env['FIELDCHART_SHOTS'];

  return {
    problems,
    async look(page: Page, name: string, { again, once = false }: LookOptions = {}): Promise<void> {
      for (const { size, viewport, colorScheme } of once ? variants.slice(0, 1) : variants) {
        if (page.viewportSize()?.width !== viewport.width) {
          await page.setViewportSize(viewport);
          await drawn(page);
          await again?.();
        }
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await drawn(page);
        const variant = `${language}-${name}-${size}-${colorScheme}`;
        if (shots !== undefined) {
          mkdirSync(shots, { recursive: true });
          await page.screenshot({ path: join(shots, `${variant}.png`) });
        }
        // Darkness changes colours alone; asking the rest of it again would double the time.
        const found =
          colorScheme === 'dark'
            ? await barriers(page, (axe) => axe.withRules('color-contrast'))
            : [
                ...(await barriers(page, (axe) => axe.withTags(wcag))),
                ...(await faultsOfLayout(page, language)),
              ];
        problems.push(...found.map((problem) => `${variant}: ${problem}`));
      }
      if (page.viewportSize()?.width !== phone.width) {
        await page.setViewportSize(phone);
        await page.emulateMedia({ colorScheme: 'light' });
        await drawn(page);
      }
    },
  };
}

export type ScreenAudit = ReturnType<typeof createScreenAudit>;

/** Two frames and a moment: the layout follows the window, and React follows the colour scheme. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 60)));
      }),
  );
}

async function barriers(page: Page, limit: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  const { violations } = await limit(new AxeBuilder({ page })).setLegacyMode(true).analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(' ')} ${node.any[0]?.message ?? violation.help}`,
    ),
  );
}

async function faultsOfLayout(page: Page, language: Language): Promise<string[]> {
  const faults = await page.evaluate(
    ({ least, keys, others }) => {
      const found: string[] = [];
      const name = (element: Element) =>
        element.getAttribute('data-testid') ??
        element.getAttribute('aria-label') ??
        (element.textContent || element.tagName).slice(0, 40);
      const scrollsSideways = (element: Element): boolean => {
        for (let above = element.parentElement; above !== null; above = above.parentElement)
          if (
            ['auto', 'scroll'].includes(getComputedStyle(above).overflowX) &&
            above.scrollWidth > above.clientWidth
          )
            return true;
        return false;
      };
      const root = document.documentElement;
      if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
      for (const element of document.querySelectorAll('#root *')) {
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const { left, right, width, height } = element.getBoundingClientRect();
        if (width === 0 || height === 0) continue;
        const style = getComputedStyle(element);
        if ((right > innerWidth + 1 || left < -1) && !scrollsSideways(element))
          found.push(
            `"${name(element)}" leaves the window, from ${Math.round(left)} to ${Math.round(right)}`,
          );
        if (
          style.overflowX !== 'visible' &&
          style.overflowY !== 'hidden' &&
          element.scrollWidth > element.clientWidth + 1 &&
          style.overflowY === 'auto' &&
          element.scrollHeight > element.clientHeight
        )
          found.push(`"${name(element)}" scrolls sideways`);
        if (!element.matches('a[href], button, input, textarea, [role=button], [role=radio], [role=link]'))
          continue;
        if (Math.min(width, height) < least)
          found.push(`target "${name(element)}" is ${Math.round(width)}×${Math.round(height)}`);
      }
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts = [...document.querySelectorAll('[aria-label]')].map(
        (one) => one.getAttribute('aria-label') ?? '',
      );
      while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? '');
      for (const text of texts) {
        if (
          text.includes('{{') ||
          new RegExp(`\\b(?:${keys.join('|')})\\.[a-z]+[A-Za-z.]*\\b`, 'u').test(text)
        )
          found.push(`"${text}" is no sentence`);
        if (others.includes(text)) found.push(`"${text}" is of the other language`);
      }
      return found;
    },
    { least: leastTarget, keys: Object.keys(english), others: foreign[language] },
  );
  const title = await page.title();
  if (title !== titleOfAll) faults.push(`the title is "${title}"`);
  const { pathname, search, hash } = new URL(page.url());
  if (!knownAddress.test(pathname) || search + hash !== '') faults.push(`the address is ${page.url()}`);
  const spoken = await page.evaluate(() => document.documentElement.lang);
  if (spoken !== language) faults.push(`the page says that it speaks "${spoken}"`);
  return faults;
}
