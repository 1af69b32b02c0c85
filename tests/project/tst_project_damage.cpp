// SPDX-License-Identifier: GPL-3.0-or-later
// What is no project, or a damaged one: a sentence, whatever its bytes are.
#include <QTest>

#include <fstream>

#include <sqlite3.h>

#include "core/base/file.h"
#include "project_work.h"

using namespace fcoscope;

namespace {

void execute(const fs::path &file, const char *sql)
{
    sqlite3 *database = nullptr;
    QCOMPARE(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    QCOMPARE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
}

}  // namespace

class TestProjectDamage : public QObject, private ProjectFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void whatIsNoProject()
    {
        const auto error = [&](Access access = Access::Read) {
            return errorOf([&] { ProjectFile::open(file_, access).read(Extras::Read); });
        };
        for (const Access access : {Access::Read, Access::Write})
            QVERIFY2(contains(error(access), "There is no project"), error(access).c_str());
        QVERIFY(!fs::exists(file_.string() + "-lock"));
        QVERIFY(!isProjectFile(file_) && !isProjectFile(folder_));
        fs::create_directory(file_);
        QVERIFY(contains(error(), "is not a file"));
        fs::remove(file_);
        for (const std::string &bytes :
             {std::string(), std::string("x"), std::string(100000, 'x'), std::string("SQLite format 3\0", 16)}) {
            writeFile(file_, bytes);
            for (const Access access : {Access::Read, Access::Write})
                QVERIFY2(contains(error(access), "no project of FCOScope"), error(access).c_str());
            QVERIFY(!isProjectFile(file_));
            QCOMPARE(readFile(file_), bytes);
        }
        fs::remove(file_);
        execute(file_, "CREATE TABLE boxes(a); PRAGMA user_version = 1");  // somebody else's database
        QVERIFY(contains(error(), "no project of FCOScope"));
        QVERIFY(!isProjectFile(file_));
        fs::remove(file_);

        Random random(8);
        ProjectFile::create(file_, randomSet(random));
        QVERIFY(isProjectFile(file_));
        execute(file_, "PRAGMA user_version = 3");
        for (const Access access : {Access::Read, Access::Write})
            QVERIFY2(contains(error(access), "newer FCOScope"), error(access).c_str());
        QVERIFY(isProjectFile(file_));
    }

    /// A database of ours that another program has changed so that no set can be made of it.
    void damagedRows()
    {
        const char *damages[] = {"UPDATE boxes SET image = 999999 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET class = 999999 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET x1 = 9e999 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET area = -9e999 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET score = 1e300 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET flags = 8 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET key = -5 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE boxes SET key = 9223372036854775807 WHERE key = (SELECT min(key) FROM boxes)",
                                 "UPDATE images SET status = 4",
                                 "UPDATE images SET width = -1",
                                 "UPDATE images SET height = 1e15",
                                 "UPDATE classes SET name = 'same'",
                                 "UPDATE classes SET rank = 99999999999",
                                 "UPDATE refusals SET image = 0",
                                 "DROP TABLE boxes",
                                 "DROP TABLE facts",
                                 "ALTER TABLE images DROP COLUMN path",
                                 "DROP TABLE extras; CREATE VIEW extras AS SELECT key, name AS json FROM classes"};
        Random random(9);
        const LabelSet set = randomSet(random);
        for (const char *damage : damages) {
            ProjectFile::create(file_, set);
            execute(file_, damage);
            const std::string error = errorOf([&] { ProjectFile::open(file_, Access::Read).read(Extras::Read); });
            QVERIFY2(contains(error, "damaged"), (std::string(damage) + ": " + error).c_str());
            QVERIFY2(contains(error, file_.string()), error.c_str());
            fs::remove(file_);
        }
        // Triggers that somebody put in are not run.
        ProjectFile::create(file_, set);
        execute(file_, "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM boxes; END");
        ProjectFile project = ProjectFile::open(file_, Access::Write);
        project.putNote("a", "b");
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());
    }

    /// Refusals named their class by its key, in the journal, too; a deleted one's is found where it was deleted.
    void aFileOfTheFirstForm()
    {
        execute(file_, readFile(FCOSCOPE_SOURCE_DIR "/tests/project/version_1.sql").c_str());
        const LabelSet looked = ProjectFile::open(file_, Access::Read).read(Extras::Leave);
        QCOMPARE(looked.refusals.size(), size_t(1));
        QCOMPARE(looked.refusals[0].className, std::string("cell"));
        ProjectFile project = ProjectFile::open(file_, Access::Write);
        LabelSet set = project.read(Extras::Leave);
        QVERIFY(set == looked);
        QCOMPARE(set.boxCount(), size_t(1));
        QCOMPARE(project.journal().size(), size_t(6));
        for (int i = 0; i < 4; ++i) {
            project.undo();
            set = project.read(Extras::Leave);
            if (i == 0) {
                QCOMPARE(set.classNames(), (std::vector<std::string>{"cell", "dust"}));
                QCOMPARE(set.refusals.size(), size_t(2));
                QCOMPARE(set.refusals[1].className, std::string("dust"));
            }
        }
        QVERIFY(set.refusals.empty() && set.boxCount() == 0);
        for (int i = 0; i < 5; ++i)
            project.redo();
        set = project.read(Extras::Leave);
        QCOMPARE(set.classNames(), std::vector<std::string>{"Zelle"});
        QCOMPARE(set.refusals.size(), size_t(1));
        QCOMPARE(set.refusals[0].className, std::string("cell"));
        project.redo();  // a class that was never there but in this entry
        QCOMPARE(project.read(Extras::Leave).refusals.at(1).className, std::string("lint"));
    }

    /// Bytes changed at random: read as before, read as something else, or a sentence; never more than that.
    void damagedBytes()
    {
        Random random(10);
        ProjectFile::create(file_, randomSet(random));
        const std::string good = readFile(file_);
        int refused = 0;
        for (int i = 0; i < 400; ++i) {
            std::string bytes = good;
            for (int n = random.below(20); n >= 0; --n)
                bytes[size_t(100 + random.below(int(bytes.size()) - 100))] = char(random.below(256));
            if (random.chance(0.2))
                bytes.resize(size_t(random.below(int(bytes.size()))));
            std::ofstream(file_, std::ios::binary | std::ios::trunc) << bytes;
            refused += !errorOf([&] {
                            ProjectFile project = ProjectFile::open(file_, Access::Write);
                            const LabelSet set = project.read(Extras::Read);
                            project.journal();
                            project.putNote("a", "b");
                        }).empty();
        }
        QVERIFY2(refused > 50 && refused < 400, qPrintable(QString::number(refused)));
    }
};

QTEST_GUILESS_MAIN(TestProjectDamage)
#include "tst_project_damage.moc"
