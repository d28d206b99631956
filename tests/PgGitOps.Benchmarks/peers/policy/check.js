// The yardstick for rules: js-yaml, ajv and the ten rules as plain functions, over the same files. It says which document
// is wrong, not where in it.
const fs = require('fs'), path = require('path'), yaml = require('js-yaml'), Ajv = require('ajv');
const [folder, passes = '1'] = process.argv.slice(2);
const validate = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(fs.readFileSync(path.join(__dirname, 'schema.json'), 'utf8')));
const rules = {
  R1: ({ spec: s }) => s.recovery.rpoClass === 'zero' && s.crossSite.mode !== 'sync-quorum',
  R2: ({ spec: s }) => s.recovery.rpoClass === 'near-zero' && s.crossSite.mode === 'none',
  R3: ({ spec: s }) => s.recovery.rtoSeconds <= 120 && s.failover.mode !== 'automatic',
  R4: ({ spec: s }) => s.failover.mode === 'automatic' && !s.failover.fencing,
  R5: ({ metadata: m, spec: s }) => m.labels.tier === 'gold' && s.backup.retention.days < 28,
  R6: ({ spec: s }) => s.recovery.rpoClass === 'minutes' && s.backup.archiveTimeoutSeconds > s.recovery.rpoSeconds,
  R7: ({ spec: s }) => s.crossSite.mode !== 'none' && new Set(s.crossSite.sites).size < 2,
  R8: ({ spec: s }) => s.backup.restoreDrillDays > s.backup.retention.days,
  R9: ({ metadata: m, spec: s }) => s.owner.team !== m.labels.team,
  R10: ({ spec: s }) => s.database.name !== s.boundedContext.replaceAll('-', '_'),
};
let bad = 0;
for (let pass = 0; pass < +passes; pass++) {
  const started = process.hrtime.bigint(), files = fs.readdirSync(folder);
  bad = 0;
  for (const file of files) {
    const document = yaml.load(fs.readFileSync(path.join(folder, file), 'utf8'));
    const found = validate(document)
      ? Object.keys(rules).filter(id => rules[id](document))
      : validate.errors.map(e => `schema ${e.instancePath} ${e.message}`);
    if (found.length > 0) bad++;
    if (found.length > 0 && pass === 0) console.log(`${file}: ${found.join('; ')}`);
  }
  console.error(`pass ${pass}: ${files.length} files, ${bad} bad, ${(Number(process.hrtime.bigint() - started) / 1e6).toFixed(0)} ms`);
}
process.exit(bad > 0 ? 1 : 0);
