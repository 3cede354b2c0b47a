import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, utf8Encode } from '@fieldchart/foundation';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { findPractitioner, handOutTicket } from '../identity/ticketDesk.ts';
import { importBundle } from '../setup/importBundle.ts';
import { refusal } from '../write/mutation.ts';
import { type ServerContext, isLoopback } from './context.ts';

export interface AdminOptions {
  /** Bearer token of the commands on this machine; they read it from a file that only the owner may read. */
  readonly token: string;
  readonly ticketFolder: string;
}

const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

const importRequest = z.strictObject({ clinician: z.string().max(200).optional(), bundle: z.unknown() });
const ticketRequest = z.strictObject({ clinician: z.string().max(200) });

/** What the operator's commands ask, and the download of ticket files: from this machine only. */
export function addAdminRoutes(app: FastifyInstance, context: ServerContext, options: AdminOptions): void {
  app.get<{ Params: { name: string } }>('/tickets/:name', async (request, reply) => {
    const { name } = request.params;
    if (!isLoopback(request) || !/^[A-Za-z0-9_-]{24}\.fieldchart$/u.test(name)) throw absent();
    const file = await readFile(join(options.ticketFolder, name)).catch(() => undefined);
    if (file === undefined) throw absent();
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="ticket.fieldchart"`,
      })
      .send(file);
  });

  app.post('/admin/tickets', async (request, reply) => {
    authorize(request, options.token);
    const asked = ticketRequest.safeParse(request.body);
    if (!asked.success) throw new RequestRefused(refusal(400, 'invalid', 'a clinician is missing'));
    const found = await findPractitioner(context.db, asked.data.clinician);
    if (!found.ok) return reply.code(404).send(found.error);
    const desk = { ...context, folder: options.ticketFolder };
    return reply.send(await handOutTicket(desk, found.value));
  });

  app.post('/admin/import', { bodyLimit: MAX_IMPORT_BYTES }, async (request, reply) => {
    authorize(request, options.token);
    const asked = importRequest.safeParse(request.body);
    if (!asked.success) throw new RequestRefused(refusal(400, 'invalid', 'a bundle is missing'));
    const imported = await importBundle(context, asked.data.bundle, asked.data.clinician);
    return imported.ok ? reply.send(imported.value) : reply.code(404).send(imported.error);
  });
}

const absent = () => new RequestRefused(refusal(404, 'not-found', 'there is nothing at this address'));

function authorize(request: FastifyRequest, token: string): void {
  const given = (request.headers.authorization ?? '').replace(/^Bearer /u, '');
  if (!isLoopback(request) || !equalBytes(utf8Encode(given), utf8Encode(token))) throw absent();
}
