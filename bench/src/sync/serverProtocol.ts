import type { JWK } from 'jose';
import type { ChartPlan } from './charts.ts';

/** What went through the server's sockets so far. */
export interface Counters {
  readonly requests: number;
  /** Bundles among them. */
  readonly bundles: number;
  /** Bytes, headers included. */
  readonly received: number;
  readonly sent: number;
}

export interface BenchDeviceIdentity {
  readonly id: string;
  readonly practitionerId: string;
  /** An access token that does not end while the bench runs. */
  readonly token: string;
  readonly privateKey: JWK;
  /** Base address that the server goes by. */
  readonly audience: string;
  /** The server's time, in milliseconds: it stands still at a date of the tests. */
  readonly now: number;
}

export interface LoadRequest {
  readonly plan: ChartPlan;
  readonly parts: { readonly base: boolean; readonly visits: boolean };
}

export interface ServerQuestion {
  readonly id: number;
  readonly ask:
    { readonly kind: 'counters' } | { readonly kind: 'device' } | ({ readonly kind: 'load' } & LoadRequest);
}

export type ServerAnswer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'counters'; readonly counters: Counters }
  | { readonly kind: 'device'; readonly device: BenchDeviceIdentity }
  | { readonly kind: 'loaded'; readonly records: number }
  | { readonly kind: 'failed'; readonly text: string };
