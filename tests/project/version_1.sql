-- SPDX-License-Identifier: GPL-3.0-or-later
-- A project of the first form as FCOScope wrote it: two classes, a label, a refusal of each class, then one of the
-- classes deleted, and a rename that was undone, as was a refusal with which its class came.
BEGIN TRANSACTION;
CREATE TABLE boxes(key INTEGER PRIMARY KEY, image INTEGER NOT NULL, class INTEGER NOT NULL, x1 REAL NOT NULL,
  y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL, score REAL, flags INTEGER NOT NULL, area REAL NOT NULL);
INSERT INTO "boxes" VALUES(5,3,1,10.0,10.0,30.0,30.0,8.99999976158142089843e-01,0,-1.0);
CREATE TABLE classes(key INTEGER PRIMARY KEY, name TEXT NOT NULL, rank INTEGER NOT NULL, format_id INTEGER NOT NULL,
  colour INTEGER NOT NULL);
INSERT INTO "classes" VALUES(1,'cell',0,1,0);
CREATE TABLE detections(image INTEGER NOT NULL, model INTEGER NOT NULL, found BLOB NOT NULL, PRIMARY KEY(image, model));
CREATE TABLE extras(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE facts(name TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;
INSERT INTO "facts" VALUES('changes',7);
INSERT INTO "facts" VALUES('done',4);
INSERT INTO "facts" VALUES('next key',10);
INSERT INTO "facts" VALUES('root','/data/cells');
CREATE TABLE images(key INTEGER PRIMARY KEY, place INTEGER NOT NULL, path TEXT NOT NULL, width INTEGER NOT NULL,
  height INTEGER NOT NULL, status INTEGER NOT NULL, format_id INTEGER NOT NULL);
INSERT INTO "images" VALUES(3,0,'a.png',100,80,1,-1);
INSERT INTO "images" VALUES(4,1,'b.png',100,80,0,-1);
CREATE TABLE journal(number INTEGER PRIMARY KEY, edit TEXT NOT NULL, inverse TEXT NOT NULL);
INSERT INTO "journal" VALUES(1,'{"text":"Accept a detection","arguments":[],"boxes":[[3,5,1,10,10,30,30,0,-1,0.8999999761581421]],"statuses":[[3,"labelled"]],"classes":[],"refusals":[]}','{"text":"Accept a detection","arguments":[],"boxes":[[3,5]],"statuses":[[3,"new"]],"classes":[],"refusals":[]}');
INSERT INTO "journal" VALUES(2,'{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[],"refusals":[[6,3,1,50,50,70,70]]}','{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[],"refusals":[[6]]}');
INSERT INTO "journal" VALUES(3,'{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[],"refusals":[[7,4,2,1,2,3.5,4]]}','{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[],"refusals":[[7]]}');
INSERT INTO "journal" VALUES(4,'{"text":"Delete the class {0}","arguments":["dust"],"boxes":[],"statuses":[],"classes":[[2]],"refusals":[[7]]}','{"text":"Delete the class {0}","arguments":["dust"],"boxes":[],"statuses":[],"classes":[[2,"dust",1,2,0]],"refusals":[[7,4,2,1,2,3.5,4]]}');
INSERT INTO "journal" VALUES(5,'{"text":"Rename the class {0} to {1}","arguments":["cell","Zelle"],"boxes":[],"statuses":[],"classes":[[1,"Zelle",0,1,0]],"refusals":[]}','{"text":"Rename the class {0} to {1}","arguments":["cell","Zelle"],"boxes":[],"statuses":[],"classes":[[1,"cell",0,1,0]],"refusals":[]}');
INSERT INTO "journal" VALUES(6,'{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[[8,"lint",1,-1,0]],"refusals":[[9,4,8,5,6,7,8]]}','{"text":"Refuse a detection","arguments":[],"boxes":[],"statuses":[],"classes":[[8]],"refusals":[[9]]}');
CREATE TABLE models(number INTEGER PRIMARY KEY, model TEXT NOT NULL, class_names TEXT NOT NULL,
  UNIQUE(model, class_names));
CREATE TABLE notes(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE refusals(key INTEGER PRIMARY KEY, image INTEGER NOT NULL, class INTEGER NOT NULL, x1 REAL NOT NULL,
  y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL);
INSERT INTO "refusals" VALUES(6,3,1,50.0,50.0,70.0,70.0);
CREATE TABLE sidecars(image INTEGER PRIMARY KEY, file TEXT NOT NULL, fingerprint TEXT NOT NULL);
PRAGMA application_id = 1178816339;
PRAGMA user_version = 1;
COMMIT;
