const kinds: Readonly<Record<string, string>> = {
  PPLC: 'Capital',
  PPLA: 'Regional capital',
  PPLA2: 'District seat',
  PPLA3: 'Municipal seat',
  PPLA4: 'Local seat',
  PPLA5: 'Local seat',
  PPLG: 'Seat of government',
  PPLX: 'Part of a city',
  PPLL: 'Village',
  PPLF: 'Farm village',
  PPLR: 'Religious place',
  PPLS: 'Group of towns',
  PPLQ: 'Abandoned place',
  PPLH: 'Historical place',
  PPLW: 'Destroyed place',
  PPLCH: 'Former capital',
  STLMT: 'Settlement',
};

/** A GeoNames feature code in words. */
export function describeKind(code: string): string {
  return kinds[code] ?? 'Town';
}
