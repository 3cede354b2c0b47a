import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LONGEST_RESCUE_TEXT, LONGEST_RETENTION, SHORTEST_RETENTION } from '@fieldchart/clinical';
import { fail, ok } from '@fieldchart/foundation';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { listAlerts } from '../identity/alerts.ts';
import { listDevices, markSealedWorkOpened, readSealedWork, revokeDevice } from '../identity/deviceDesk.ts';
import { changePolicy } from '../identity/policy.ts';
import { deliverAnswer, listRescues, prepareRescue, readRescueRequest } from '../identity/rescueDesk.ts';
import { findPractitioner, handOutTicket, listTickets, revokeTicket } from '../identity/ticketDesk.ts';
import { startEpoch } from '../restore/startEpoch.ts';
import { importBundle } from '../setup/importBundle.ts';
import { refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate, isLoopback } from './context.ts';
import { type Answered, createDeskHandler } from './deskHandler.ts';

export interface AdminOptions {
  /** Bearer token of the commands on this machine; they read it from a file that only the owner may read. */
  readonly token: string;
  readonly ticketFolder: string;
}

const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

const importRequest = z.strictObject({ clinician: z.string().max(200).optional(), bundle: z.unknown() });
const ticketRequest = z.strictObject({
  clinician: z.string().max(200),
  days: z.int().min(1).max(90).optional(),
});
const byId = z.strictObject({ id: z.string().min(1).max(128) });
const revocation = z.strictObject({ id: z.string().min(1).max(128), erase: z.boolean() });
const rescueText = z.strictObject({ request: z.string().max(LONGEST_RESCUE_TEXT) });
const delivery = z.strictObject({
  id: z.string().min(1).max(128),
  answer: z.string().min(1).max(LONGEST_RESCUE_TEXT),
});
const workRequest = z.strictObject({
  device: z.string().min(1).max(128),
  sha256: z.string().max(64).optional(),
});
const openedWork = z.strictObject({ device: z.string().min(1).max(128), sha256: z.string().max(64) });
const policyRequest = z
  .strictObject({
    eraseAfter: z.int().min(5).max(100).nullable().optional(),
    emergencyHours: z.int().min(1).max(168).nullable().optional(),
    retentionDays: z.int().min(SHORTEST_RETENTION).max(LONGEST_RETENTION).nullable().optional(),
  })
  .refine((policy) => Object.keys(policy).length > 0, { message: 'nothing is to be changed' });

/**
 * What administrators do: from this machine with the operator's token (the commands do so), or from anywhere with an
 * administrator's access token.
 */
export function addAdminRoutes(app: FastifyInstance, context: ServerContext, options: AdminOptions): void {
  addTicketFiles(app, context, options);
  const asked = createDeskHandler(context, { operatorToken: options.token, scope: 'desk/admin' });
  const desk = { ...context, folder: options.ticketFolder };
  const nothing = z.object({});

  app.get(
    '/admin/tickets',
    asked(nothing, async () => ok(await listTickets(desk))),
  );
  app.post(
    '/admin/tickets',
    asked(ticketRequest, async ({ clinician, days }, actor) => {
      const found = await findPractitioner(context.db, clinician);
      return found.ok ? ok(await handOutTicket(desk, found.value, { actor, days })) : found;
    }),
  );
  app.post(
    '/admin/tickets/revoke',
    asked(byId, async ({ id }, actor) => done(await revokeTicket(desk, id, actor))),
  );

  app.get(
    '/admin/devices',
    asked(nothing, async () => ok(await listDevices(context))),
  );
  app.post(
    '/admin/devices/revoke',
    asked(revocation, async ({ id, erase }, actor) =>
      done(await revokeDevice(context, id, { erase, actor })),
    ),
  );
  app.post(
    '/admin/sealed-work',
    asked(workRequest, async ({ device, sha256 }, actor) => {
      const work = await readSealedWork(context, { deviceId: device, sha256, actor });
      return work === undefined ? done(false) : ok(work);
    }),
  );
  app.post(
    '/admin/sealed-work/opened',
    asked(openedWork, async ({ device, sha256 }) =>
      done(await markSealedWorkOpened(context, { deviceId: device, sha256 })),
    ),
  );

  app.get(
    '/admin/rescue',
    asked(nothing, async () => ok(await listRescues(context))),
  );
  app.post(
    '/admin/rescue/read',
    asked(rescueText, ({ request }) => readRescueRequest(context, request)),
  );
  app.post(
    '/admin/rescue/prepare',
    asked(rescueText, ({ request }, actor) => prepareRescue(context, request, actor)),
  );
  app.post(
    '/admin/rescue/deliver',
    asked(delivery, async ({ id, answer }) => done(await deliverAnswer(context, id, answer))),
  );

  app.get(
    '/admin/alerts',
    asked(nothing, async () => ok(await listAlerts(context.db))),
  );
  app.post(
    '/admin/policy',
    asked(policyRequest, async (policy, actor) => ok(await changePolicy(context, policy, actor))),
  );
  app.post(
    '/admin/restored',
    asked(nothing, async (_body, actor) => {
      const started = await startEpoch(context, { actor });
      context.onWritten();
      return started === undefined ? done(false) : ok(started);
    }),
  );
  app.post(
    '/admin/import',
    { bodyLimit: MAX_IMPORT_BYTES },
    asked(importRequest, ({ bundle, clinician }) => importBundle(context, bundle, clinician)),
  );
}

/** The download of ticket files, under names that nobody guesses: on this machine, or with an administrator's token. */
function addTicketFiles(app: FastifyInstance, context: ServerContext, options: AdminOptions): void {
  app.get<{ Params: { name: string } }>('/tickets/:name', async (request, reply) => {
    const { name } = request.params;
    if (!isLoopback(request)) {
      if (request.headers.authorization === undefined) throw absent();
      await authenticate(context, request, 'desk/admin');
    }
    if (!/^[A-Za-z0-9_-]{24}\.fieldchart$/u.test(name)) throw absent();
    const file = await readFile(join(options.ticketFolder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw absent();
      throw error;
    });
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="ticket.fieldchart"`,
      })
      .send(file);
  });
}

function done(found: boolean): Answered {
  return found ? ok({ done: true }) : fail({ kind: 'not-found' });
}

const absent = () => new RequestRefused(refusal(404, 'not-found', 'there is nothing at this address'));
