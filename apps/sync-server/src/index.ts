// What starts the server: the start script, and tests that run a whole server in their own process.
export { type ServerOptions, createServer } from './http/createServer.ts';
export { type RunningServer, type StartOptions, startServer } from './setup/startServer.ts';
export { type DemoSize } from './setup/createDemo.ts';
export {
  type HandedTicket,
  type TicketDesk,
  findPractitioner,
  handOutTicket,
} from './identity/ticketDesk.ts';
export { createLogger } from './setup/createLogger.ts';
