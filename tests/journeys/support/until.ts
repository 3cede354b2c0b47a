/** Long enough for a busy machine of two cores; nothing is timed by it. */
export const patience = { timeout: 60_000, interval: 100 };

/** Asks again and again until the answer is true. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience.timeout;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, patience.interval));
  }
}
