/** What the bench tells the fleet's process, one after the other; each gets one answer. */
export type FleetOrder =
  | {
      readonly order: 'start';
      readonly broker: BrokerAddress;
      readonly nodes: number;
      /** The middle and the end of a line in `allowed_signers`. */
      readonly signer: { readonly principal: string; readonly publicLine: string };
    }
  | { readonly order: 'check'; readonly on: boolean }
  | { readonly order: 'usage' }
  | { readonly order: 'stop' };

export type FleetAnswer =
  | { readonly done: 'start'; readonly knownHosts: readonly string[]; readonly identities: readonly string[] }
  | { readonly done: 'check' | 'stop' }
  /** Processor time so far, and resident memory. */
  | { readonly done: 'usage'; readonly cpuMs: number; readonly rssBytes: number }
  | { readonly done: 'failed'; readonly reason: string };

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly login: string;
  readonly passcode: string;
}
