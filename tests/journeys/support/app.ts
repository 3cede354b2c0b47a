import type { Locator, Page } from 'playwright-core';
import { testIds } from '../../../apps/clinic/src/testIds.ts';
import type { PrintedTicket } from './server.ts';
import { patience, until } from './until.ts';

/** The app as a person uses it: what can be seen and touched, by the ids that the screens carry. */
export function appOn(page: Page) {
  const at = (id: string): Locator => page.getByTestId(id).filter({ visible: true });

  /** Waits until the locator's text fits. */
  const reads = (id: string, text: RegExp | string) =>
    until(`${id} reads ${String(text)}`, async () => {
      const shown = await at(id).first().innerText();
      return typeof text === 'string' ? shown.includes(text) : text.test(shown);
    });
  const shows = (id: string) => at(id).first().waitFor({ timeout: patience.timeout });

  /** Opens the ticket and says yes to what it tells; the choice of a secret is next. */
  const openTicket = async (ticket: PrintedTicket) => {
    await shows(testIds.enrol.open);
    await page.getByTestId(testIds.enrol.ticketFile).setInputFiles(ticket.file);
    await at(testIds.enrol.activationCode).fill(ticket.activationCode);
    await at(testIds.enrol.open).click();
    await reads(testIds.enrol.practitioner, ticket.practitioner);
    await at(testIds.enrol.confirm).click();
  };

  return {
    page,
    at,
    reads,
    shows,

    async open(url: string) {
      await page.goto(url);
    },

    /** Installed: the service worker holds the whole app and answers for it. */
    async installed() {
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, patience);
    },

    openTicket,

    /** First sign-in, from the ticket to the caseload. */
    async enrol(ticket: PrintedTicket, secret: string) {
      await openTicket(ticket);
      await at(testIds.enrol.secret).fill(secret);
      await at(testIds.enrol.secretAgain).fill(secret);
      await until('the secret is accepted', () => at(testIds.enrol.finish).isEnabled());
      await at(testIds.enrol.finish).click();
      await shows(testIds.caseload.list);
    },

    async unlock(secret: string) {
      await shows(testIds.unlock.secret);
      await at(testIds.unlock.secret).fill(secret);
      await at(testIds.unlock.submit).click();
    },

    async search(text: string) {
      await at(testIds.nav.clients).click();
      await shows(testIds.caseload.search);
      await at(testIds.caseload.search).fill(text);
    },

    /** From a chart into a note, of the visit that is on or of a new one. */
    async toNote() {
      await at(testIds.chart.startVisit).or(at(testIds.chart.continueVisit)).click();
      const begin = at(testIds.visit.begin);
      await begin.or(at(testIds.visit.writeNote)).waitFor(patience);
      if (await begin.isVisible()) await begin.click();
      await at(testIds.visit.writeNote).click();
    },

    clientRows: () => page.locator(`[data-testid^="client-"]`).filter({ visible: true }),

    /** Draws with the mouse across the signature pad. */
    async drawSignature() {
      const pad = at(testIds.consent.pad);
      await pad.scrollIntoViewIfNeeded();
      const box = await pad.boundingBox();
      if (box === null) throw new Error('The signature pad is not on the screen');
      await page.mouse.move(box.x + 40, box.y + 120);
      await page.mouse.down();
      for (let step = 0; step <= 24; step += 1) {
        await page.mouse.move(box.x + 40 + step * 8, box.y + 110 + 40 * Math.sin(step / 3));
      }
      await page.mouse.up();
    },
  };
}

export type App = ReturnType<typeof appOn>;
