import { expect } from 'vitest';
import type { AnyJson, TestDevice, TestServer } from './testServer.ts';

/** The pages of a search, to the last. */
export async function readPages(server: TestServer, device: TestDevice, path: string) {
  const entries: AnyJson[] = [];
  const totals = new Set<number | undefined>();
  let url: string | undefined = path;
  while (url !== undefined) {
    const { status, body }: { status: number; body: AnyJson } = await server.ask(
      device,
      'GET',
      `/fhir/${url}`,
    );
    expect(status, `${url} ${JSON.stringify(body)}`).toBe(200);
    entries.push(...body.entry.filter((entry: AnyJson) => entry.search.mode === 'match'));
    totals.add(body.total);
    url = body.link.find((link: AnyJson) => link.relation === 'next')?.url;
  }
  return { entries, ids: entries.map((entry) => entry.resource.id as string), totals: [...totals] };
}
