// The yardstick: what a platform team writes in an afternoon. The same documents, the same schemas, the same
// reference checks as `pggitops validate`, without places in the file.
const fs = require('fs'), path = require('path'), yaml = require('js-yaml'), Ajv = require('ajv');
const [repo, schemas] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, logger: false });
const validators = {};
for (const file of fs.readdirSync(schemas).filter(f => f.endsWith('.schema.json'))) {
  const kind = file.replace('.schema.json', '').replace(/(^|-)(.)/g, (_, __, c) => c.toUpperCase());
  validators[kind] = ajv.compile(JSON.parse(fs.readFileSync(path.join(schemas, file), 'utf8')));
}
const findings = [], documents = [];
function walk(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(full);
    else if (/\.ya?ml$/.test(entry.name)) {
      try {
        yaml.loadAll(fs.readFileSync(full, 'utf8'), d => {
          if (d === null) return;
          const validate = validators[d.kind];
          if (!validate) findings.push(`${full}: unknown kind ${d.kind}`);
          else if (!validate(d)) for (const e of validate.errors) findings.push(`${full}: ${e.instancePath} ${e.message}`);
          else documents.push({ full, d });
        });
      } catch (e) { findings.push(`${full}: ${e.message}`); }
    }
  }
}
for (const top of ['policies', 'environments']) if (fs.existsSync(path.join(repo, top))) walk(path.join(repo, top));
const by = kind => documents.filter(x => x.d.kind === kind);
const seen = new Set();
for (const { full, d } of documents) {
  const key = d.kind + '/' + d.metadata.name;
  if (seen.has(key)) findings.push(`${full}: duplicate ${key}`);
  seen.add(key);
}
const hosts = new Set(by('Environment').flatMap(x => x.d.spec.sites.flatMap(s => s.failureDomains.flatMap(f => f.hosts.map(h => h.name)))));
const clusters = new Map();
for (const { full, d } of by('Cluster')) {
  clusters.set(d.metadata.name, new Set((d.spec.databases || []).map(b => b.name)));
  for (const m of d.spec.members) if (!hosts.has(m.host)) findings.push(`${full}: unknown host ${m.host}`);
  const roles = new Set((d.spec.roles || []).map(r => r.name));
  for (const b of d.spec.databases || []) if (b.owner && !roles.has(b.owner)) findings.push(`${full}: unknown role ${b.owner}`);
}
const classes = by('RecoveryClasses')[0];
const stores = new Set();
for (const { full, d } of by('RecoveryPolicy')) {
  const s = d.spec.store, databases = clusters.get(s.cluster);
  if (!databases) findings.push(`${full}: unknown cluster ${s.cluster}`);
  else if (!databases.has(s.database)) findings.push(`${full}: unknown database ${s.database}`);
  if (!(d.spec.rpoClass in classes.d.spec.rpo)) findings.push(`${full}: unknown rpo class ${d.spec.rpoClass}`);
  if (!(d.spec.rtoClass in classes.d.spec.rto)) findings.push(`${full}: unknown rto class ${d.spec.rtoClass}`);
  const key = [s.cluster, s.database, s.schema].join('/');
  if (stores.has(key)) findings.push(`${full}: store ${key} claimed twice`);
  stores.add(key);
}
for (const f of findings) console.log(f);
console.log(`${documents.length} documents, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
