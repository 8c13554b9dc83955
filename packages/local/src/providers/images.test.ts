import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { infraDir } from '../infra.ts';
import { images } from './images.ts';

test('tests in Docker and docker-compose.yml run the same servers', () => {
  const compose = readFileSync(join(infraDir, '..', 'docker-compose.yml'), 'utf8');
  const named = [...compose.matchAll(/^ +image: (.+)$/gm)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set([...Object.values(images), 'vigie:local']));
});

test('the local Kafka is of the version of the image', () => {
  const pom = readFileSync(join(infraDir, 'local', 'pom.xml'), 'utf8');
  const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1];
  expect(images.kafka).toBe(`apache/kafka:${version}`);
});
