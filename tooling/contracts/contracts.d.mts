interface Contract {
  readonly projects: readonly string[];
  readonly files: readonly string[];
  readonly each: string;
}
interface ContractArguments {
  readonly name: string;
  readonly json: boolean;
  readonly only: string | undefined;
}
export const contracts: Readonly<Record<string, Contract>>;
export const USAGE: string;
export function contractArguments(args: readonly string[]): ContractArguments;
