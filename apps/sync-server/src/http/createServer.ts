import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { type Clock, type Logger, type Random, type Timers, toInstant } from '@fieldchart/foundation';
import fastify, { type FastifyInstance } from 'fastify';
import { createAuditTrail } from '../audit/auditTrail.ts';
import { createChangeWatch } from '../fhir/changeWatch.ts';
import { endExpired } from '../emergency/endAccess.ts';
import { glanceAtChanges } from '../fhir/glanceAtChanges.ts';
import type { Organization } from '../identity/organization.ts';
import type { Database } from '../storage/openStorage.ts';
import { type AdminOptions, addAdminRoutes } from './adminRoutes.ts';
import { addAuthRoutes, addRescueRoutes } from './authRoutes.ts';
import { MAX_BODY_BYTES, addBodyParsers } from './bodyParsers.ts';
import { addChangesRoute } from './changesRoute.ts';
import type { ServerContext } from './context.ts';
import { addErrorAnswers } from './errorAnswers.ts';
import { addAuditRoutes } from './auditRoutes.ts';
import { addDeviceRoutes } from './deviceRoutes.ts';
import { addEmergencyAccess, addEmergencyDesk } from './emergencyRoutes.ts';
import { addFhirRoutes } from './fhirRoutes.ts';
import { addHistoryRoutes } from './historyRoutes.ts';
import { addReviewDesk, addReviewInbox } from './reviewRoutes.ts';
import { addSearchRoute } from './searchRoute.ts';
import { addStaticApp } from './staticApp.ts';

export interface ServerOptions {
  readonly db: Database;
  readonly organization: Organization;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Folder of the exported web app. */
  readonly webRoot?: string;
  /** What the ticket and import commands reach on this machine. */
  readonly admin?: AdminOptions;
  /** Attempts per minute and address on `/auth/…`. */
  readonly authAttemptsPerMinute?: number;
}

/** Builds the server, ready to listen or to be asked with `inject`. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { db, organization, clock, random, timers, logger } = options;
  const glance = async (after: number) => {
    await endExpired({ db, clock, random });
    return glanceAtChanges(db, after);
  };
  const watch = createChangeWatch({ glance, timers, logger });
  const context: ServerContext = {
    db,
    organization,
    clock,
    random,
    logger,
    audit: createAuditTrail({ db, clock, random }),
    timers,
    watch,
    onWritten: () => watch.written(),
  };
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  });
  addBodyParsers(app);
  addErrorAnswers(app, logger);
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: contentSecurity } });
  await app.register(rateLimit, { global: false });
  await app.register(compress, {
    global: true,
    encodings: ['gzip'],
    threshold: 1024,
    globalDecompression: false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    // The static app replaces this; everything else must leave no copy (E2).
    reply.header('cache-control', 'no-store').header('date', new Date(clock.now()).toUTCString());
  });
  // Only the route's pattern is logged: addresses hold ids and what was searched for.
  app.addHook('onResponse', async (request, reply) => {
    logger.info('request', {
      method: request.method,
      route: request.routeOptions.url ?? '(app)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    });
  });
  app.get('/health', () => ({ status: 'ok', time: toInstant(clock.now()) }));
  app.get('/organization.json', () => organization.descriptor);
  addAuthRoutes(app, context, options.authAttemptsPerMinute ?? 60);
  addRescueRoutes(app, context, options.authAttemptsPerMinute ?? 60);
  await app.register(async (scope) => {
    addChangesRoute(scope, context);
    addFhirRoutes(scope, context);
    addSearchRoute(scope, context);
    addHistoryRoutes(scope, context);
    addAuditRoutes(scope, context);
    addDeviceRoutes(scope, context);
    addReviewInbox(scope, context);
    addEmergencyAccess(scope, context);
  });
  if (options.admin !== undefined) {
    addAdminRoutes(app, context, options.admin);
    addReviewDesk(app, context, options.admin.token);
    addEmergencyDesk(app, context, options.admin.token);
  }
  await addStaticApp(app, options.webRoot);
  return app;
}

const contentSecurity = {
  'default-src': ["'self'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'frame-ancestors': ["'none'"],
};
