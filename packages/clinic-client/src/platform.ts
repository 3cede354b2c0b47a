import type { OpenDamaged, OpenDatabase } from '@fieldchart/encrypted-sqlite';
import type { HttpTransport } from '@fieldchart/fhir-sync';
import type { Clock, Logger, Random, Result, Timers } from '@fieldchart/foundation';
import type { DeviceSecret, KeyRecordStore, PassphraseEstimator, WebCrypto } from '@fieldchart/key-vault';
import type { OrganizationDescriptor } from '@fieldchart/clinical';
import type { SecretKind } from './api.ts';

/** Everything that differs between a browser, a phone and a test. Composition roots build one. */
export interface ClinicPlatform {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly webCrypto: WebCrypto;
  readonly keyRecords: KeyRecordStore;
  readonly profiles: ProfileStore;
  readonly deviceSecrets: DeviceSecrets;
  readonly estimator: PassphraseEstimator;
  readonly openDatabase: OpenDatabase;
  /** Opens a damaged database for reading alone. */
  readonly openDamaged: OpenDamaged;
  /** Removes a database file and what belongs to it; nothing happens where there is none. */
  readonly deleteDatabase: (name: string) => Promise<void>;
  readonly createTransport: (baseUrl: string) => HttpTransport;
  /** The organisation that this app was installed from, as last heard; undefined if never. */
  readonly organization: () => Promise<OrganizationDescriptor | undefined>;
  readonly ownership: Ownership;
  readonly connectivity: Connectivity;
  /** PBKDF2 iterations of new key records; the vault's default where not given. */
  readonly iterations?: number;
}

/** Who is enrolled on this device: what must be known before an unlock. It lies on the disk in the clear. */
export interface ProfileStore {
  list(): Promise<readonly DeviceProfile[]>;
  /** Durable when resolved. */
  save(profile: DeviceProfile): Promise<void>;
  remove(userId: string): Promise<void>;
}

export interface DeviceProfile {
  readonly userId: string;
  /** Initials. */
  readonly label: string;
  readonly secretKind: SecretKind;
  /** Which bound secret belongs to the key record; null where a passphrase stands alone. */
  readonly deviceSecretId: string | null;
  /** That of a rescue that waits for its answer; null where there is none. */
  readonly rescueDeviceSecretId: string | null;
  /** Ids that a rescue request names, and where it goes. */
  readonly practitionerId: string;
  readonly organizationId: string;
  readonly server: string;
  /** Id of the signing key. */
  readonly deviceId: string;
  /** `jti` of the ticket it was enrolled with. */
  readonly ticketId: string;
  /**
   * `enrolling` until everything stands, `leaving` once the user had themselves removed: such a profile and what belongs
   * to it are removed at the next start. `withdrawn`: by the provider; what it holds opens by rescue alone.
   */
  readonly state: 'enrolling' | 'ready' | 'leaving' | 'withdrawn';
  /** Damage was found in the record while it was open. */
  readonly damaged?: boolean;
}

/** The platform's bound secrets, where it offers them. */
export interface DeviceSecrets {
  offered(): Promise<boolean>;
  create(
    userId: string,
  ): Promise<Result<DeviceSecret, { readonly kind: 'cancelled' | 'not-bound' | 'failed' }>>;
  /** The secret made earlier under this id. Whether it is still there shows when it is used. */
  open(id: string): DeviceSecret;
  remove(id: string): Promise<void>;
  /** Stands where there is no bound secret. */
  readonly none: DeviceSecret;
}

/** Of several tabs or windows one owns the app. */
export interface Ownership {
  /** True if this one owns the app now. `onLost` is called when another takes over; finish before resolving it. */
  acquire(onLost: () => Promise<void>): Promise<boolean>;
  /** Asks the owner to let go, and resolves when this one owns the app. */
  takeOver(onLost: () => Promise<void>): Promise<void>;
}

/** The platform's word on the network, and on whether somebody looks at the app: hints, never proofs. */
export interface Connectivity {
  online(): boolean;
  subscribe(listener: (hint: ConnectivityHint) => void): () => void;
}

export type ConnectivityHint = 'online' | 'offline' | 'foreground' | 'background';
