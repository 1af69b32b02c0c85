<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Dialogs</name>
    <message numerus="yes">
        <source>%n tensor(s) of the file have no place in the network: %1</source>
        <translation>
            <numerusform>%n tensor of the file has no place in the network: %1</numerusform>
            <numerusform>%n tensors of the file have no place in the network: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>%n class</numerusform>
            <numerusform>%n classes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fcoscope::CurvePlot</name>
    <message numerus="yes">
        <source>None of %n value(s) is a number</source>
        <translation>
            <numerusform>The %n value is no number</numerusform>
            <numerusform>None of %n values is a number</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gap(s): no number</source>
        <translation>
            <numerusform>%n gap: no number</numerusform>
            <numerusform>%n gaps: no number</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelDocks</name>
    <message numerus="yes">
        <source>%n box(es) imported.</source>
        <translation>
            <numerusform>%n box imported.</numerusform>
            <numerusform>%n boxes imported.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n were there already.</source>
        <translation>
            <numerusform>%n was there already.</numerusform>
            <numerusform>%n were there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Of %n image(s) nothing was taken: they are not open, the first is %1.</source>
        <translation>
            <numerusform>Of %n image nothing was taken: it is not open (%1).</numerusform>
            <numerusform>Of %n images nothing was taken: they are not open, the first is %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n entries cannot be used.</source>
        <translation>
            <numerusform>%n entry cannot be used.</numerusform>
            <numerusform>%n entries cannot be used.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in %n image(s)</source>
        <translation>
            <numerusform>in %n image</numerusform>
            <numerusform>in %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 get the other class.</source>
        <translation>
            <numerusform>%n box %1 gets the other class.</numerusform>
            <numerusform>%n boxes %1 get the other class.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 are deleted with it.</source>
        <translation>
            <numerusform>%n box %1 is deleted with it.</numerusform>
            <numerusform>%n boxes %1 are deleted with it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 become labels: what was detected with a score of at least %2 and is neither labelled nor refused. Images that are verified or empty stay as they are.</source>
        <translation>
            <numerusform>%n box %1 becomes a label: what was detected with a score of at least %2 and is neither labelled nor refused. Images that are verified or empty stay as they are.</numerusform>
            <numerusform>%n boxes %1 become labels: what was detected with a score of at least %2 and is neither labelled nor refused. Images that are verified or empty stay as they are.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelExportDialog</name>
    <message numerus="yes">
        <source>%n image(s) without review were left out.</source>
        <translation>
            <numerusform>%n image without review was left out.</numerusform>
            <numerusform>%n images without review were left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>… and %n more of the same kind.</source>
        <translation>
            <numerusform>… and %n more of the same kind.</numerusform>
            <numerusform>… and %n more of the same kind.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fcoscope::SavingLink</name>
    <message numerus="yes">
        <source>Not saved: %n change(s)</source>
        <translation>
            <numerusform>Not saved: %n change</numerusform>
            <numerusform>Not saved: %n changes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 Nothing is lost: %n change(s) wait and are tried again.</source>
        <translation>
            <numerusform>%1 Nothing is lost: %n change waits and is tried again.</numerusform>
            <numerusform>%1 Nothing is lost: %n changes wait and are tried again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 %n change(s) would be lost. Close all the same?</source>
        <translation>
            <numerusform>%1 %n change would be lost. Close all the same?</numerusform>
            <numerusform>%1 %n changes would be lost. Close all the same?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingDocks</name>
    <message numerus="yes">
        <source>no sign of life for %n minute(s); it may hang, or the machine is busy with other work</source>
        <translation>
            <numerusform>no sign of life for %n minute; it may hang, or the machine is busy with other work</numerusform>
            <numerusform>no sign of life for %n minutes; it may hang, or the machine is busy with other work</numerusform>
        </translation>
    </message>
</context>
</TS>
