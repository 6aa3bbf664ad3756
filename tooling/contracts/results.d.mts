interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}
type Counts = Record<string, { readonly passed: number; readonly failed: number; readonly skipped?: number }>;
type Reasons = Record<string, readonly string[]>;
export function countsOf(report: Report, only?: string): Counts;
export function reasonsOf(report: Report): Reasons;
export function printTable(counts: Counts, each: string, reasons?: Reasons): void;
