import type { AtlasRows, CityRow, CountryRow } from '../../src/data/rows.ts';

/** Numbers of cities that tests speak of. */
export const ids = { berlin: 2950159, potsdam: 2852458, reykjavik: 3413829, saintEtienne: 2980291, saoPaulo: 3448439 };

const capitals = 'PPLC';
const town = 'PPL';

const named: readonly CityRow[] = [
  city(ids.berlin, 'Berlin', 'DE', capitals, 3_426_354, 52.52437, 13.41053),
  city(ids.potsdam, 'Potsdam', 'DE', 'PPLA', 145_292, 52.39886, 13.06566),
  city(2911298, 'Hamburg', 'DE', 'PPLA', 1_739_117, 53.55073, 9.99302),
  city(2867714, 'München', 'DE', 'PPLA', 1_260_391, 48.13743, 11.57549),
  city(ids.reykjavik, 'Reykjavík', 'IS', capitals, 118_918, 64.13548, -21.89541),
  city(3415949, 'Ísafjörður', 'IS', town, 2_534, 66.07475, -23.13498),
  city(ids.saintEtienne, 'Saint-Étienne', 'FR', 'PPLA2', 176_280, 45.43389, 4.39),
  city(2988507, 'Paris', 'FR', capitals, 2_138_551, 48.85341, 2.3488),
  city(2990969, 'Nantes', 'FR', 'PPLA', 277_269, 47.21725, -1.55336),
  city(ids.saoPaulo, 'São Paulo', 'BR', 'PPLA', 10_021_295, -23.5475, -46.63611),
  city(3449344, 'São Bernardo do Campo', 'BR', town, 743_372, -23.69389, -46.565),
  city(2198148, 'Suva', 'FJ', capitals, 77_366, -18.14161, 178.44149),
  city(2204582, 'Lambasa', 'FJ', town, 24_187, -16.43229, 179.36451),
  city(4035413, 'Mata-Utu', 'WF', capitals, 1_029, -13.28163, -176.17453),
];

const villages = Array.from({ length: 45 }, (_, index) =>
  city(9_000_001 + index, `Dorf ${index + 1}`, 'DE', town, 900 - index, 50 + index / 100, 8 + index / 50),
);

/** A small atlas: five countries and as many German villages as make a second page. */
export const rows: AtlasRows = {
  countries: [
    country('DE', 'Germany', 'Deutschland', 'Europe', 'Berlin'),
    country('IS', 'Iceland', 'Ísland', 'Europe', 'Reykjavik'),
    country('FR', 'France', 'France', 'Europe', 'Paris'),
    country('BR', 'Brazil', 'Brasil', 'South America', 'Brasília'),
    country('FJ', 'Fiji', 'Fiji', 'Oceania', 'Suva'),
    country('WF', 'Wallis and Futuna', 'Wallis et Futuna', 'Oceania', 'Mata-Utu'),
  ],
  cities: [...named, ...villages],
};

function country(code: string, name: string, native: string, continent: string, capital: string): CountryRow {
  return { code, name, native, continent, capital, currencies: ['EUR'], languages: ['German'], phones: [49] };
}

function city(
  id: number,
  name: string,
  code: string,
  kind: string,
  population: number,
  lat: number,
  lon: number,
): CityRow {
  return { id, name, country: code, kind, population, lat, lon };
}
