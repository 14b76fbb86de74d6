import { expect, test } from 'vitest';
import { formatSource, parseIndexTargets, privateAptOptions } from '../../../harness/source/provider/apt.ts';

/** Recorded with apt 2.6.1 (hosts renamed): two third parties, Debian and its security archive, each component a line. */
const recorded = [
  'Google Cloud SDK\thttps://third.example.com/apt/',
  '. nodistro\thttps://other.example.com/node_20.x/',
  'Debian\thttp://mirror.example.org/debian/',
  'Debian\thttp://mirror.example.org/debian/',
  'Debian\thttp://mirror.example.org/debian-security/',
  '',
].join('\n');

test('Debian’s repositories first, none twice', () => {
  expect(parseIndexTargets(recorded)).toEqual([
    'http://mirror.example.org/debian/',
    'http://mirror.example.org/debian-security/',
    'https://third.example.com/apt/',
    'https://other.example.com/node_20.x/',
  ]);
});

test('before the first apt-get update apt knows no origin, and the repositories are candidates still', () => {
  expect(
    parseIndexTargets('\thttp://mirror.example.org/debian/\n$(ORIGIN)\thttp://b.example.org/\n'),
  ).toEqual(['http://mirror.example.org/debian/', 'http://b.example.org/']);
  expect(parseIndexTargets('')).toEqual([]);
});

test('the source is signed by Debian’s keys and nobody else’s', () => {
  expect(formatSource('http://mirror.example.org/debian/', 'bullseye')).toBe(
    'Types: deb\nURIs: http://mirror.example.org/debian/\nSuites: bullseye\nComponents: main\n' +
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
  );
});

test('every directory that apt writes to is the private one', () => {
  const options = privateAptOptions('/private').filter((option) => option !== '-o');
  for (const name of [
    'Dir::State',
    'Dir::State::status',
    'Dir::Cache',
    'Dir::Etc::sourcelist',
    'Dir::Etc::preferences',
  ]) {
    expect(
      options.filter((option) => option.startsWith(`${name}=/private/`)),
      name,
    ).toHaveLength(1);
  }
  expect(options).toContain('Dir::Etc::sourceparts=-');
});
