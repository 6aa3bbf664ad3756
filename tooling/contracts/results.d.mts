interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly status: string }[];
  }[];
}
type Counts = Record<string, { readonly passed: number; readonly failed: number }>;
export function countsOf(report: Report, only?: string): Counts;
export function printTable(counts: Counts, each: string): void;
